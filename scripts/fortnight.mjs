// Run as: npm run fortnight [-- --append FILE]
// Sets up what is missing and hands on to lab/fortnight/main.ts.
import { setUpAndRun } from './set-up-and-run.mjs';

await setUpAndRun('lab/fortnight/main.ts');
