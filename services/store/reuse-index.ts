import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepKind } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { writeDurably } from './durable-files.ts';
import { stagingName } from './staging-folders.ts';

/** The result of a step under its key. A later step with an equal key reuses it. */
export interface StepRecord {
  key: string;
  uses: StepKind;
  runId: string;
  step: string;
  outputs: Outputs;
  summary: string;
  /** Digests of all artifacts it published. */
  artifacts: readonly string[];
  /** Everything the key covers, so that a later run can name the difference. */
  ingredients: unknown;
  /** Why it ran. */
  because?: Reason;
  finishedAt: string;
}

const place = (store: string, key: string) => join(store, 'keys', `${key.replace('sha256:', '')}.json`);

export async function writeStepRecord(store: string, record: StepRecord): Promise<void> {
  // Leftovers of a kill lie in `staging`, where the clean-up looks.
  const aside = join(store, 'staging', stagingName('record'));
  await writeDurably(place(store, record.key), `${JSON.stringify(record, null, 1)}\n`, { aside });
}

/** Undefined if the record is missing or cannot be read: the step then runs and writes it again. */
export async function readStepRecord(store: string, key: string): Promise<StepRecord | undefined> {
  try {
    return JSON.parse(await readFile(place(store, key), 'utf8')) as StepRecord;
  } catch {
    return undefined;
  }
}
