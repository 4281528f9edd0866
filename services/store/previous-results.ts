import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ingredients } from '../../core/key-difference.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { hashText } from './durable-files.ts';
import { stagingName } from './staging-folders.ts';

/** The newest result of a step. A later attempt is compared with it to say why it runs. */
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
 * Writes one small file per step, so that one read finds the predecessor. The file is complete or missing, but not
 * synced: a crash may cost a reason, at most a training that continues from its own adapter.
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
