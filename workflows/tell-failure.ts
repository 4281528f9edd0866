import { ParentClosePolicy, proxyActivities, startChild, workflowInfo } from '@temporalio/workflow';
import type { Activities, TellFailureInput } from '../activities/contract.ts';
import { failureNotice } from '../core/failure-notice.ts';
import type { RunState } from '../core/run-state.ts';
import type { Run } from './run.ts';
import { lightHeartbeatTimeout } from './timeouts.ts';

/**
 * Tells somebody of a failed run, for hours if need be. A workflow of its own: the run closes at once, can be resumed, and
 * does not stand in the way of the next night's.
 */
export async function tellFailure(
  input: TellFailureInput & { queue: string; heartbeat?: string | undefined },
): Promise<void> {
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
  await activities.tellFailure(told);
}

/** Begins it for a run that has just failed. Of one that runs as a step of another, the whole run tells. */
export async function startTelling({ plan, input, state, steps }: Run): Promise<void> {
  const { on_failure: how, document } = plan;
  if (!how || workflowInfo().parent) return;
  const notice = failureNotice(state as RunState, (id) => steps.get(id)?.continue_on_error === true);
  // The run has failed in any case, and says why.
  await startChild(tellFailure, {
    // A run that was resumed and failed again is told again.
    workflowId: `${state.runId}-on-failure-${state.endedAt}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [{ how, notice, document: document.path, queue: input.queues.host, heartbeat: input.heartbeat }],
    staticSummary: `tells of the failure of ${state.runId}`,
  }).catch(() => {});
}
