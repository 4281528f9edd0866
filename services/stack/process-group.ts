import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, markOf, type ProcessMark } from '../machine/process-mark.ts';

/** Milliseconds a worker gets to let its training save a checkpoint; a little more than it gives itself. */
export const workerGrace = 200_000;
export const serverGrace = 15_000;

/** Every service leads a group of its own, so its children go with it. */
export function killGroup(mark: ProcessMark): void {
  const now = markOf(mark.pid);
  // Another process has the number by now, so the group that had it is gone.
  if (now && now.start !== mark.start) return;
  try {
    process.kill(-mark.pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** Asks a process to end, waits, and then kills what is left of its group. Only the leader is asked: it knows how to end. */
export async function endProcess(mark: ProcessMark, grace: number): Promise<void> {
  if (isAlive(mark)) {
    try {
      process.kill(mark.pid, 'SIGTERM');
    } catch {
      // It ended just now.
    }
    const limit = Date.now() + grace;
    while (isAlive(mark) && Date.now() < limit) await delay(50);
  }
  killGroup(mark);
  while (isAlive(mark)) await delay(20);
}
