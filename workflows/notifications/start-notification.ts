import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Tell } from '../../core/language/document.ts';
import { failureNotice, type Notice } from '../../core/run/notification.ts';
import type { CurrentRun } from '../run/current-run.ts';
import { tell } from './notify.ts';

/** Notifies of a run that has just failed. If it runs as a step, the whole run notifies. */
export async function notifyOfFailure(run: CurrentRun): Promise<void> {
  const { plan, state, steps } = run;
  if (!plan.on_failure || workflowInfo().parent) return;
  const notice = failureNotice(state, (id) => steps.get(id)?.continue_on_error === true);
  // A run that was resumed and has failed again notifies again.
  await startNotification(run, plan.on_failure, notice, `on-failure-${state.endedAt}`);
}

/** Starts a workflow that notifies, and leaves it behind. Never rejects: the run has failed, or waits, in any case. */
export async function startNotification(
  { id, plan, input }: CurrentRun,
  how: Tell,
  notice: Notice,
  name: string,
): Promise<void> {
  const { queues, heartbeat } = input;
  await startChild(tell, {
    workflowId: `${id}-${name}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [{ how, notice, document: plan.document.path, queue: queues.host, heartbeat }],
    staticSummary: `notify that ${id} ${notice.status === 'failed' ? 'has failed' : 'waits'}`,
  }).catch(() => {});
}
