import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/temper.mjs', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `temper` as a person would, without a terminal, to its end. `child` hands out the process meanwhile. */
export async function temper(
  args: readonly string[],
  env: Record<string, string> = {},
  options: { cwd?: string; input?: string; child?: (child: ChildProcess) => void } = {},
): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: 'pipe',
    });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => {
      ended.stdout += String(text);
    });
    child.stderr.on('data', (text: Buffer) => {
      ended.stderr += String(text);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
    child.stdin.end(options.input ?? '');
    options.child?.(child);
  });
}
