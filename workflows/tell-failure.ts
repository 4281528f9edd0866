import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { Activities, TellFailureInput } from '../activities/contract.ts';
import { failureNotice } from '../core/failure-notice.ts';
import type { RunState } from '../core/run-state.ts';
import type { RunInput } from './run-input.ts';
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

/** Begins it for a run that has just failed. */
export async function startTelling({ plan, queues, heartbeat }: RunInput, state: RunState): Promise<void> {
  const { on_failure: how, document } = plan;
  if (!how) return;
  // The run has failed in any case, and says why.
  await startChild(tellFailure, {
    // A run that was resumed and failed again is told again.
    workflowId: `${state.runId}-on-failure-${state.endedAt}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [{ how, notice: failureNotice(state), document: document.path, queue: queues.host, heartbeat }],
    staticSummary: `tells of the failure of ${state.runId}`,
  }).catch(() => {});
}
