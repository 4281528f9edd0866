import { ParentClosePolicy, proxyActivities, startChild, workflowInfo } from '@temporalio/workflow';
import type { Tell } from '../../core/language/document.ts';
import { failureNotice, type Notice } from '../../core/run/notification.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Activities, TellInput } from '../../protocol/activities.ts';
import type { Run } from '../run/run-parts.ts';
import { lightHeartbeatTimeout } from '../run/timeouts.ts';

/**
 * Tells somebody of a run, for hours if need be. A workflow of its own: a run that has failed closes at once, can be resumed,
 * and does not stand in the way of the next night's.
 */
export async function tell(input: TellInput & { queue: string; heartbeat?: string | undefined }): Promise<void> {
  const { queue, heartbeat, ...told } = input;
  const activities = proxyActivities<Activities>({
    activityId: 'tell',
    summary: `tells of ${told.notice.run} by ${'webhook' in told.how ? 'webhook' : told.how.run?.[0]}`,
    taskQueue: queue,
    startToCloseTimeout: '10m',
    heartbeatTimeout: heartbeat ?? lightHeartbeatTimeout,
    // The activity itself decides when it has tried for long enough.
    retry: { initialInterval: '2s', maximumInterval: '10m' },
  });
  await activities.tell(told);
}

/** Begins it for a run that has just failed. Of one that runs as a step of another, the whole run tells. */
export async function tellOfFailure(run: Run): Promise<void> {
  const { plan, state, steps } = run;
  if (!plan.on_failure || workflowInfo().parent) return;
  const notice = failureNotice(state as RunState, (id) => steps.get(id)?.continue_on_error === true);
  // A run that was resumed and failed again is told again.
  await startTelling(run, plan.on_failure, notice, `on-failure-${state.endedAt}`);
}

export async function startTelling({ id, plan, input }: Run, how: Tell, notice: Notice, name: string): Promise<void> {
  const { queues, heartbeat } = input;
  await startChild(tell, {
    workflowId: `${id}-${name}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [{ how, notice, document: plan.document.path, queue: queues.host, heartbeat }],
    staticSummary: `tells that ${id} ${notice.status === 'failed' ? 'has failed' : 'waits'}`,
  }).catch(() => {}); // The run has failed, or waits, in any case, and says why.
}
