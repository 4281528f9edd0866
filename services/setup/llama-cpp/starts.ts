import { execFile } from 'node:child_process';
import type { Setup } from '../context.ts';

/** Fails unless a program of llama.cpp that was built prints its usage: one with other instructions than the processor has does not get that far. */
export async function checkStarts(path: string, setup: Setup): Promise<void> {
  // The quantizer has no --version; asked for help it ends with 1, which is why `output` cannot be asked.
  const usage = await new Promise<string>((done) => {
    execFile(path, ['--help'], { env: { ...setup.env } as NodeJS.ProcessEnv }, (_error, stdout, stderr) =>
      done(stdout + stderr),
    );
  });
  if (!/usage/i.test(usage))
    throw new Error(`${path} was built and does not start on this machine: ${usage.slice(-300)}`);
}
