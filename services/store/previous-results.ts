import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ingredients } from '../../core/key-difference.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { hashText } from './durable-files.ts';
import { stagingName } from './staging-folders.ts';

/** The newest result of a step: what a later one is compared with, so that it can say why it runs. */
export interface LatestResult {
  key: string;
  runId: string;
  pipeline: string;
  step: string;
  ingredients: Ingredients;
  outputs: Outputs;
}

export interface Which {
  pipeline: string;
  step: string;
}

const place = (store: string, { pipeline, step }: Which) =>
  join(store, 'latest', `${hashText(`${pipeline}/${step}`)}.json`);

/**
 * One small file for each step, so that a predecessor is found by one read. Whole or not there, but not
 * synced: a crash may cost a reason, and at most a training that continues from what it had made itself.
 */
export async function writeLatest(store: string, which: Which, latest: LatestResult): Promise<void> {
  const file = place(store, which);
  const aside = join(store, 'staging', stagingName('latest'));
  await mkdir(join(store, 'latest'), { recursive: true });
  await mkdir(join(store, 'staging'), { recursive: true });
  await writeFile(aside, JSON.stringify(latest));
  await rename(aside, file);
}

export async function readLatest(store: string, which: Which): Promise<LatestResult | undefined> {
  return await readFile(place(store, which), 'utf8').then(
    (text) => JSON.parse(text) as LatestResult,
    () => undefined,
  );
}
