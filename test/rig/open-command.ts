import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/temper.mjs', import.meta.url));

/** `temper open` in a process of its own: its link without the last slash, and how to end it. */
export async function openCommand(
  env: Readonly<Record<string, string>> = {},
): Promise<{ link: string; end: () => Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [bin, 'open', '--no-browser', '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of child.stdout!) {
    said += String(text);
    if (said.includes('}')) break;
  }
  const end = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { link: (JSON.parse(said) as { link: string }).link.replace(/\/$/, ''), end };
}
