// Run as: npm run fortnight [-- --append FILE]
// Sets up what is missing and hands on to test/fortnight/main.ts.
import { setUpAndRun } from './set-up-and-run.mjs';

await setUpAndRun('test/fortnight/main.ts');
