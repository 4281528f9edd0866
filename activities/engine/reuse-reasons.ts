import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { isRecord } from '../../core/json.ts';
import { asOneLine, differences, type Ingredients } from '../../core/key-difference.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import { type LatestResult, readLatest, writeLatest } from '../../services/store/previous-results.ts';
import type { Deps } from './deps.ts';
import type { Found, Keyed } from './keyed.ts';

/** Why a step runs. */
export interface Reason {
  line: string;
  /** The newest earlier result of the step, which it was compared with. */
  before?: LatestResult;
}

type Step = Pick<StepInput, 'runId' | 'pipeline' | 'step' | 'uses'>;

/** Why a step runs although one like it may have run before. Reads one small file where nothing simpler explains it. */
export async function whyItRuns(
  deps: Deps,
  step: Step & Pick<StepInput, 'because'>,
  { key, ingredients }: Keyed,
  { gone }: Found,
): Promise<Reason> {
  const before = ingredients && (await predecessor(deps, step));
  const line = (text: string): Reason => ({ line: text, ...(before ? { before } : {}) });
  if (step.because !== undefined) return line(step.because);
  if (key === undefined || !ingredients)
    return line(step.uses === 'run' ? 'never reused: it has no `inputs`' : `never reused: ${step.uses} acts each time`);
  if (gone !== undefined) return line(gone);
  if (before) {
    const told = differences(before.ingredients, ingredients, await rowCounts(deps, before.ingredients, ingredients));
    return line(told.length > 0 ? asOneLine(told) : `the record of ${before.runId}/${before.step} is gone`);
  }
  const other = await readLatest(deps.store.root, { kind: step.uses });
  // Another row of a matrix, a step under a new name, a copy of the document: what else there is has nothing to do with it.
  const isNear = other && (other.pipeline === step.pipeline || other.step === step.step);
  const apart = isNear ? differences(other.ingredients, ingredients) : [];
  return apart.length === 0 || apart.length > 2
    ? { line: 'first run of this step' }
    : { line: asOneLine([`first run of this step; beside ${other!.runId}/${other!.step}: ${apart.join('; ')}`]) };
}

/** What a preparation found can be told when it has counted: `data changed: 40 → 43 rows`. */
export function afterwards({ line, before }: Reason, { ingredients }: Keyed, outputs: Outputs): string {
  if (!before || ingredients?.kind !== 'prepare' || !line.startsWith('data changed')) return line;
  const rows = { before: numberOf(before.outputs.rows), after: numberOf(outputs.rows) };
  return asOneLine(differences(before.ingredients, ingredients, rows));
}

/** Remembers the result that the next run of the step is compared with. */
export async function noteLatest(
  deps: Deps,
  { pipeline, step, uses, runId }: Step,
  { key, outputs, reusedFrom }: StepResult,
  ingredients: Ingredients | undefined,
): Promise<void> {
  if (!ingredients || key === '') return;
  const latest: LatestResult = {
    key,
    runId: reusedFrom ?? runId,
    pipeline: pipeline ?? '',
    step,
    ingredients,
    outputs,
  };
  const which = pipeline === undefined ? undefined : { pipeline, step };
  const isKnown = which && reusedFrom !== undefined && (await readLatest(deps.store.root, which))?.key === key;
  if (isKnown) return;
  const places = [...(which ? [which] : []), ...(reusedFrom === undefined ? [{ kind: uses }] : [])];
  // It serves to explain; a disk that is full now is told by what matters.
  await Promise.all(places.map((place) => writeLatest(deps.store.root, place, latest).catch(() => {})));
}

async function predecessor(deps: Deps, { pipeline, step, uses }: Step): Promise<LatestResult | undefined> {
  const found = pipeline === undefined ? undefined : await readLatest(deps.store.root, { pipeline, step });
  return found?.ingredients.kind === uses ? found : undefined;
}

/** Of the datasets that two trainings read. */
async function rowCounts(deps: Deps, before: Ingredients, after: Ingredients) {
  const [old, present] = [before, after].map(({ kind, options }) =>
    kind === 'train' && isRecord(options) ? (options.dataset as Handle | undefined) : undefined,
  );
  if (!old || !present || old.digest === present.digest) return {};
  return { before: await countRows(deps, old), after: await countRows(deps, present) };
}

/** Larger files are not worth the reading for one line of text. Bytes. */
const largest = 64_000_000;

async function countRows(deps: Deps, dataset: Handle): Promise<number | undefined> {
  let rows = 0;
  for (const name of ['train.jsonl', 'eval.jsonl']) {
    const count = await countLines(join(deps.store.folder(dataset), 'files', name)).catch(
      (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' && name === 'eval.jsonl' ? 0 : undefined),
    );
    if (count === undefined) return undefined;
    rows += count;
  }
  return rows;
}

async function countLines(path: string): Promise<number | undefined> {
  if ((await stat(path)).size > largest) return undefined;
  const file = await open(path);
  let lines = 0;
  for await (const line of file.readLines()) if (line !== '') lines += 1;
  return lines;
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);
