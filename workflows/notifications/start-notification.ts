import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { NotificationChannel } from '../../core/language/document.ts';
import { failureNotification, type Notification } from '../../core/run/notification.ts';
import type { CurrentRun } from '../run/current-run.ts';
import { notify } from './notify.ts';

/** Notifies of a run that has just failed. If it runs as a step, the whole run notifies. */
export async function notifyOfFailure(run: CurrentRun): Promise<void> {
  const { plan, state, steps } = run;
  if (!plan.on_failure || workflowInfo().parent) return;
  const notification = failureNotification(state, (id) => steps.get(id)?.continue_on_error === true);
  // A run that was resumed and has failed again notifies again.
  await startNotification(run, plan.on_failure, notification, `on-failure-${state.endedAt}`);
}

/** Starts a workflow that notifies, and leaves it behind. Never rejects: the run has failed, or waits, in any case. */
export async function startNotification(
  { id, plan, input }: CurrentRun,
  channel: NotificationChannel,
  notification: Notification,
  name: string,
): Promise<void> {
  const { queues, heartbeat } = input;
  await startChild(notify, {
    workflowId: `${id}-${name}`,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [{ channel, notification, document: plan.document.path, queue: queues.host, heartbeat }],
    staticSummary: `notify that ${id} ${notification.status === 'failed' ? 'has failed' : 'waits'}`,
  }).catch(() => {});
}
