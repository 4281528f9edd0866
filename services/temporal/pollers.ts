import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { markOf } from '../machine/process-mark.ts';

/** Numbers of Temporal's `TaskQueueType`. */
const queueTypes = { workflow: 1, activity: 2 } as const;
export type QueueType = keyof typeof queueTypes;

/** A worker asks anew at least once a minute, unless all its slots are taken. Milliseconds. */
const maxSilenceMs = 70_000;

/**
 * Whether a worker asks for the work of a queue. Temporal remembers each for five minutes, so one that was killed is told
 * by its silence, or on this machine by its process. True where Temporal does not say.
 */
export async function isPolled(client: Client, queue: string, type: QueueType): Promise<boolean> {
  try {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: queueTypes[type],
    });
    return (pollers ?? []).some(({ identity, lastAccessTime }) => {
      if (Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 > maxSilenceMs) return false;
      const [pid, host] = (identity ?? '').split('@');
      return host !== hostname() || markOf(Number(pid)) !== undefined;
    });
  } catch {
    return true;
  }
}
