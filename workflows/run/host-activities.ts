import { ActivityCancellationType, type ActivityInterfaceFor, proxyActivities } from '@temporalio/workflow';
import { homeQueue } from '../../core/run/home-queues.ts';
import type { Activities, SavedCheckpoint } from '../../protocol/activities.ts';
import type { RunInput } from '../../protocol/run-input.ts';

/**
 * Temporal's default reports a cancelled activity at once, whatever its documentation says: the run would close, and could
 * be resumed, while its trainer still saves.
 */
export const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** How long a worker may stay silent in a light activity before the attempt counts as lost. */
export const lightHeartbeatTimeout = '30s';

/** Light activities on the host that holds the run's files. */
export type HostActivities = ActivityInterfaceFor<Activities>;

export const hostActivities = ({ queues, heartbeat }: RunInput): HostActivities =>
  proxyActivities<Activities>({
    taskQueue: queues.host,
    startToCloseTimeout: '1h',
    heartbeatTimeout: heartbeat ?? lightHeartbeatTimeout,
    cancellationType,
    retry: { initialInterval: '1s', maximumInterval: '1m' },
  });

/** Publishes a checkpoint on the queue of the host that holds its files, never in the device slot that the training occupies. */
export async function publishCheckpoint(saved: SavedCheckpoint, { heartbeat }: RunInput): Promise<void> {
  const host = proxyActivities<Activities>({
    taskQueue: homeQueue(saved.queue),
    startToCloseTimeout: '1h',
    heartbeatTimeout: heartbeat ?? lightHeartbeatTimeout,
    scheduleToCloseTimeout: '2h',
    retry: { initialInterval: '5s', maximumAttempts: 5 },
    activityId: `${saved.step}:checkpoint-${saved.checkpoint}`,
    summary: `publish checkpoint ${saved.checkpoint} of ${saved.step}`,
  });
  // The training keeps newer checkpoints on its own disk, so a copy that could not be made costs nothing now.
  await host.publishCheckpoint(saved).catch(() => {});
}
