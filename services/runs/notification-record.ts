import { join } from 'node:path';
import type { Notification } from '../../core/run/notification.ts';
import { writeDurably } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';

/** The last notification that a run failed, or that it waits, and whether it was sent. A file in the run's folder. */
export interface NotificationRecord {
  /** When the run failed or began to wait, from `momentOf`: a resumed run may fail again, and a run may wait twice. */
  of: string;
  /** The program or webhook, without anything secret. */
  by: string;
  outcome: 'sent' | 'trying' | 'failed';
  attempts: number;
  at: string;
  /** Why not, or not yet. */
  why?: string;
}

/** When the run failed, or began to wait. */
export const momentOf = (notification: Notification): string =>
  notification.status === 'failed' ? notification.ended_at : notification.waiting_since;

const fileOf = (runFolder: string, status: Notification['status']) => join(runFolder, `notification-${status}.json`);

export async function writeNotificationRecord(
  runFolder: string,
  status: Notification['status'],
  record: NotificationRecord,
): Promise<void> {
  await writeDurably(fileOf(runFolder, status), `${JSON.stringify(record, null, 1)}\n`);
}

export async function readNotificationRecord(
  runFolder: string,
  status: Notification['status'],
): Promise<NotificationRecord | undefined> {
  return await readJsonFile<NotificationRecord>(fileOf(runFolder, status));
}
