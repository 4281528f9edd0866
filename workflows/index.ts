// Runs outlive upgrades. From the first release on, a change of the commands that a recorded run replays goes behind
// `patched('what-changed')`: docs/upgrading.md says how. Nothing is released yet, so there is none.
export { notify } from './notifications/notify.ts';
export { runPipeline } from './run-pipeline.ts';
