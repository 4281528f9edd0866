import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cpuTime } from './cpu-time.ts';

export interface BareRun {
  /** From the start of the process to its end, in seconds, as are all values. */
  wall: number;
  cpu: number;
  /** The training loop with its saves, as the trainer reports it. */
  loop: number;
  /** For each save, from the event of the step to the event of its checkpoint. */
  saves: number[];
}

/** Runs `python -m trainer train JOB` without supervision. */
export async function runBareTrainer(how: {
  python: string;
  job: string;
  cwd: string;
  env: Record<string, string>;
}): Promise<BareRun> {
  const before = cpuTime('self').children;
  const started = performance.now();
  const child = spawn(how.python, ['-m', 'trainer', 'train', how.job], {
    cwd: how.cwd,
    env: how.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const saves: number[] = [];
  let lastEvent = started;
  let loop: number | undefined;
  let failure = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const now = performance.now();
    const event = JSON.parse(line) as { event: string; outputs?: { seconds: number }; message?: string };
    if (event.event === 'checkpoint') saves.push((now - lastEvent) / 1000);
    if (event.event === 'done') loop = event.outputs?.seconds;
    if (event.event === 'failed') failure = `: ${event.message}`;
    lastEvent = now;
  }
  const [code] = (await ended) as [number | null];
  const wall = (performance.now() - started) / 1000;
  if (code !== 0 || loop === undefined) throw new Error(`the bare trainer ended with ${code}${failure}`);
  return { wall, cpu: cpuTime('self').children - before, loop, saves };
}
