// Run as: npm run fortnight [-- --append FILE]
// Sets up what is missing and hands on to test/fortnight/main.ts.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

await bootstrap({ parts: ['python', 'temporal', 'ollama'] });
const main = fileURLToPath(new URL('../test/fortnight/main.ts', import.meta.url));
const child = spawn(process.execPath, ['--import', 'tsx', main, ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches both processes of the terminal; the batch stops its services first, so its end is awaited.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
