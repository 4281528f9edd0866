import { join } from 'node:path';
import color from 'picocolors';
import { type Notification, notificationDelayMs } from '../../core/run/notification.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { type NotificationRecord, readNotificationRecord } from '../../services/runs/notification-record.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { warned } from './text/colours.ts';

/** Whether the notification of a run was sent. `waiting`: not tried yet. */
type NotificationStatus = { status: Notification['status'] } & (NotificationRecord | { outcome: 'waiting' });

/** Undefined if the run sends no notification now. */
export async function notificationOf(runs: string, state: RunState): Promise<NotificationStatus | undefined> {
  const status = state.status === 'failed' ? 'failed' : isWaiting(state) ? 'waiting' : undefined;
  if (!status) return undefined;
  const folder = join(runs, state.runId);
  const record = await readNotificationRecord(folder, status);
  if (record && isCurrent(Date.parse(record.of), state)) return { status, ...record };
  const plan = await readJsonFile<Plan>(join(folder, 'plan.json'));
  const channel = status === 'failed' ? plan?.on_failure : plan?.on_waiting;
  return channel ? { status, outcome: 'waiting' } : undefined;
}

/** Whether the record belongs to the present failure or wait, not to one before a resume. */
const isCurrent = (moment: number, { status, endedAt, steps }: RunState) =>
  status === 'failed'
    ? moment === endedAt
    : Object.values(steps).every(({ waitsFor }) => !waitsFor || waitsFor.since <= moment + notificationDelayMs);

const isWaiting = ({ steps }: RunState) => Object.values(steps).some(({ waitsFor }) => waitsFor);

export function notificationLines(notification: NotificationStatus | undefined): string[] {
  return notification ? ['', notificationText(notification)] : [];
}

function notificationText(notification: NotificationStatus): string {
  const option = notification.status === 'failed' ? 'on_failure' : 'on_waiting';
  if (notification.outcome === 'waiting') return color.dim(`${option}: not sent yet`);
  const { by, outcome, attempts, why } = notification;
  if (outcome === 'sent') return color.dim(`${option}: sent by ${by}${attempts > 1 ? ` at attempt ${attempts}` : ''}`);
  const attempt = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return outcome === 'trying'
    ? warned(`${option}: not sent yet after ${attempt}: ${why}`)
    : color.red(`${option}: could not be sent after ${attempt}: ${why}`);
}
