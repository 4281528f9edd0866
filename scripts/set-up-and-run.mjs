import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

/** Sets up what real runs need, then hands this command's arguments on to a TypeScript program, whose exit code becomes its own. */
export async function setUpAndRun(program) {
  await bootstrap({ parts: ['python', 'temporal', 'ollama'] });
  const main = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both processes of the terminal; the program stops its services first, so its end is awaited.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
