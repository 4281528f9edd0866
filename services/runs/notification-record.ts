import { join } from 'node:path';
import type { Notice } from '../../core/run/notification.ts';
import { readSmall } from '../store/artifacts.ts';
import { writeDurably } from '../store/durable-files.ts';

/** Whether somebody was told that a run has failed, or that it waits; kept in the run's folder, the last of each. */
export interface Told {
  /** The moment that this is about, as `momentOf` has it: a run that is resumed may fail again, and one may wait twice. */
  of: string;
  /** By what it is told, in words, without anything secret. */
  by: string;
  outcome: 'told' | 'trying' | 'failed';
  attempts: number;
  at: string;
  /** Why not, or not yet. */
  why?: string;
}

/** When the run failed, or began to wait. */
export const momentOf = (notice: Notice): string =>
  notice.status === 'failed' ? notice.ended_at : notice.waiting_since;

const fileOf = (runFolder: string, status: Notice['status']) => join(runFolder, `told-${status}.json`);

export async function writeTold(runFolder: string, status: Notice['status'], told: Told): Promise<void> {
  await writeDurably(fileOf(runFolder, status), `${JSON.stringify(told, null, 1)}\n`);
}

export async function readTold(runFolder: string, status: Notice['status']): Promise<Told | undefined> {
  return await readSmall<Told>(fileOf(runFolder, status));
}
