import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepKind } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { writeDurably } from './durable-files.ts';
import { stagingName } from './staging-folders.ts';

/** The result of a step under its key: what a later step with an equal key reuses. */
export interface StepRecord {
  key: string;
  uses: StepKind;
  runId: string;
  step: string;
  outputs: Outputs;
  summary: string;
  /** Digests of all artifacts it published. */
  artifacts: readonly string[];
  /** What the key was made of, so that a difference can be told. */
  ingredients: unknown;
  /** Why it ran. */
  because?: Reason;
  finishedAt: string;
}

const place = (store: string, key: string) => join(store, 'keys', `${key.replace('sha256:', '')}.json`);

export async function writeStepRecord(store: string, record: StepRecord): Promise<void> {
  // What a kill leaves of it lies where leftovers are looked for.
  const aside = join(store, 'staging', stagingName('record'));
  await writeDurably(place(store, record.key), `${JSON.stringify(record, null, 1)}\n`, { aside });
}

/** A record that cannot be read counts as none: the step runs and writes it anew. */
export async function readStepRecord(store: string, key: string): Promise<StepRecord | undefined> {
  try {
    return JSON.parse(await readFile(place(store, key), 'utf8')) as StepRecord;
  } catch {
    return undefined;
  }
}
