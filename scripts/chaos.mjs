// Run as: npm run chaos -- --kills N --seed S [--only trainer|worker|orchestrator|server|ollama|save] [--append FILE] [--lanes N]
// Sets up what is missing and hands on to test/chaos/main.ts.
import { setUpAndRun } from './set-up-and-run.mjs';

await setUpAndRun('test/chaos/main.ts');
