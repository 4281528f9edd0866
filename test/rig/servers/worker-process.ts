import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../../bin/temper.mjs', import.meta.url));

/** A worker as users run it: a process of its own, ready when it polls. */
export async function startWorkerProcess(
  role: 'orchestrator' | 'gpu',
  env: Record<string, string>,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [bin, 'worker', role], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stderr!.on('data', (text: Buffer) => printed.push(String(text)));
  const lines = createInterface({ input: child.stdout! });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      printed.push(line);
      if (/ polls /.test(line)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the ${role} worker ended with ${code}:\n${printed.join('\n')}`)));
  });
  return child;
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
