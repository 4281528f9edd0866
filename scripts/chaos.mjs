// Run as: npm run chaos -- --kills N --seed S [--only trainer|worker|orchestrator|server|ollama|save] [--append FILE] [--lanes N]
// Sets up what is missing and hands on to lab/chaos/main.ts.
import { setUpAndRun } from './set-up-and-run.mjs';

await setUpAndRun('lab/chaos/main.ts');
