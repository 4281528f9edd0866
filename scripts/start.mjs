// Run as: npm start [-- OPTIONS OF temper quickstart]
// Sets up what is missing and runs the quick start to its verdict.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

await bootstrap();

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const child = spawn(process.execPath, [at('bin/temper.mjs'), 'quickstart', ...process.argv.slice(2)], {
  stdio: 'inherit',
});

// Ctrl-C reaches both processes of the terminal; the command says how to come back to the run, so its word is awaited.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
