import { proxyActivities } from '@temporalio/workflow';
import { homeQueue } from '../../core/run/home-queues.ts';
import type { Activities, NotifyWorkflowInput } from '../../protocol/activities.ts';
import { lightHeartbeatTimeout } from '../run/host-activities.ts';

/**
 * Sends one notification, for hours if need be. It is a workflow of its own, so that a run that has failed closes at once,
 * can be resumed, and does not delay the next night's.
 */
export async function notify({ queue, heartbeat, ...input }: NotifyWorkflowInput): Promise<void> {
  const activities = proxyActivities<Activities>({
    activityId: 'notify',
    summary: `notify of ${input.notification.run} by ${'webhook' in input.channel ? 'webhook' : input.channel.run?.[0]}`,
    taskQueue: homeQueue(queue),
    startToCloseTimeout: '10m',
    heartbeatTimeout: heartbeat ?? lightHeartbeatTimeout,
    // The activity itself decides when it has tried for long enough.
    retry: { initialInterval: '2s', maximumInterval: '10m' },
  });
  await activities.notify(input);
}
