import { join } from 'node:path';
import { readSmall } from './artifacts.ts';
import { writeDurably } from './durable-files.ts';

/** Whether somebody was told that a run has failed; kept in the run's folder. */
export interface ToldFailure {
  /** End of the run that this is about, as in its notice: a run that is resumed may fail again. */
  of: string;
  /** By what it is told, in words, without anything secret. */
  by: string;
  outcome: 'told' | 'trying' | 'failed';
  attempts: number;
  at: string;
  /** Why not, or not yet. */
  why?: string;
}

const fileOf = (runFolder: string) => join(runFolder, 'told.json');

export async function writeToldFailure(runFolder: string, told: ToldFailure): Promise<void> {
  await writeDurably(fileOf(runFolder), `${JSON.stringify(told, null, 1)}\n`);
}

export async function readToldFailure(runFolder: string): Promise<ToldFailure | undefined> {
  return await readSmall<ToldFailure>(fileOf(runFolder));
}
