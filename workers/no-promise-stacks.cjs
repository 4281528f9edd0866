// Run as: node --require ./workers/no-promise-stacks.cjs bin/temper.mjs worker orchestrator. Worker threads load it as well.
// Temporal's SDK notes down a stack trace for each promise of a workflow, so that a page of Temporal can show where it waits.
// That is three quarters of the time of a workflow task, and temper's own words about a run say more. The SDK goes on
// without where Node does not offer the hook; here it is offered, and never called.
const v8 = require('node:v8');

v8.promiseHooks.createHook = () => () => {};
