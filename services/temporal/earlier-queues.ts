import { homeQueue } from '../../core/run/home-queues.ts';
import type { Home } from '../machine/home.ts';
import { queues } from '../machine/home.ts';
import type { TemporalConnection } from './connect.ts';
import { openWorkflows } from './open-workflows.ts';

/**
 * Queues of this home under names that earlier releases gave, on which activities of open runs still lie: they were
 * scheduled before the upgrade, and nothing moves them.
 */
export async function earlierQueues({ client }: Pick<TemporalConnection, 'client'>, home: Home): Promise<string[]> {
  const { cpu, host } = queues(home);
  const found = new Set<string>();
  for (const workflowId of await openWorkflows(client, home)) {
    // One that has closed meanwhile has nothing left to do.
    const description = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    for (const { activityOptions } of description?.raw.pendingActivities ?? []) {
      const queue = activityOptions?.taskQueue?.name ?? '';
      const now = homeQueue(queue);
      if (now !== queue && (now === cpu || now === host)) found.add(queue);
    }
  }
  return [...found];
}
