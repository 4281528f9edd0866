import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../../core/json.ts';
import { findDifferences, type Ingredients, type RowCounts } from '../../../core/key-difference.ts';
import { definitionOf, type StepKind } from '../../../core/kinds/registry.ts';
import type { Reason } from '../../../core/reasons.ts';
import type { Outputs } from '../../../core/run/run-state.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';
import { type LatestResult, readLatest, writeLatest } from '../../../services/store/previous-results.ts';
import type { Deps } from '../deps.ts';
import type { Found, Keyed } from './keyed.ts';

/** Why a step runs, and the newest earlier result of the step, which it was compared with. */
export interface Explained {
  reason: Reason;
  before?: LatestResult;
}

type Step = Pick<StepInput, 'runId' | 'pipeline' | 'step' | 'uses'>;

/** Why a step runs although one like it may have run before. Reads one small file where nothing simpler explains it. */
export async function whyItRuns(
  deps: Deps,
  step: Step & Pick<StepInput, 'because'>,
  { key, ingredients }: Keyed,
  { gone }: Found,
): Promise<Explained> {
  if (key === undefined || !ingredients) return { reason: step.because ?? neverReused(step.uses) };
  const before = await predecessor(deps, step);
  if (!before) return { reason: step.because ?? gone ?? { code: 'first_run', facts: {} } };
  const reason =
    step.because ?? gone ?? changed(before, ingredients, await rowCounts(deps, before.ingredients, ingredients));
  return { reason, before };
}

function neverReused(kind: StepKind): Reason {
  const reuse = definitionOf(kind)?.reuse;
  return { code: 'never_reused', facts: { kind, ...(typeof reuse === 'object' ? { missing: reuse.needs } : {}) } };
}

/** Steps of a matrix, or copies of a document, may differ in much; more is not worth carrying. */
const maxChanges = 3;

function changed(before: LatestResult, after: Ingredients, rows: RowCounts): Reason {
  const since = { run: before.runId, step: before.step };
  const changes = findDifferences(before.ingredients, after, rows);
  if (changes.length === 0) return { code: 'record_gone', facts: since };
  const more = Math.max(0, changes.length - maxChanges);
  return { code: 'changed', facts: { since, changes: changes.slice(0, maxChanges), more } };
}

/** A step that has counted the rows it was made of can tell how many there are: `data changed: 40 → 43 rows`. */
export function afterwards({ reason, before }: Explained, { ingredients }: Keyed, outputs: Outputs): Reason {
  const hasNewData = reason.code === 'changed' && reason.facts.changes.some(({ code }) => code === 'data');
  if (!before || !ingredients || !hasNewData || outputs.rows === undefined) return reason;
  const rows = { before: numberOf(before.outputs.rows), after: numberOf(outputs.rows) };
  return changed(before, ingredients, rows);
}

/** Remembers the result that the next run of the step is compared with. */
export async function noteLatest(
  deps: Deps,
  { pipeline, step, runId }: Step,
  { key, outputs, reusedFrom }: StepResult,
  ingredients: Ingredients | undefined,
): Promise<void> {
  if (!ingredients || key === '' || pipeline === undefined) return;
  const which = { pipeline, step };
  if (reusedFrom !== undefined && (await readLatest(deps.store.root, which))?.key === key) return;
  const latest: LatestResult = { key, runId: reusedFrom ?? runId, pipeline, step, ingredients, outputs };
  // It serves to explain; a disk that is full now is told by what matters.
  await writeLatest(deps.store.root, which, latest).catch(() => {});
}

async function predecessor(deps: Deps, { pipeline, step, uses }: Step): Promise<LatestResult | undefined> {
  const found = pipeline === undefined ? undefined : await readLatest(deps.store.root, { pipeline, step });
  return found?.ingredients.kind === uses ? found : undefined;
}

/** Of the datasets that two trainings read. */
async function rowCounts(deps: Deps, before: Ingredients, after: Ingredients) {
  const [old, present] = [before, after].map(({ kind, options }) => {
    const rows = isRecord(options) ? options[definitionOf(kind)?.rowsOption ?? ''] : undefined;
    return isRecord(rows) && typeof rows.digest === 'string' ? { digest: rows.digest } : undefined;
  });
  if (!old || !present || old.digest === present.digest) return {};
  return { before: await countRows(deps, old), after: await countRows(deps, present) };
}

/** Larger files are not worth the reading for one line of text. Bytes. */
const maxCountedBytes = 64_000_000;

async function countRows(deps: Deps, dataset: { digest: string }): Promise<number | undefined> {
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
  if ((await stat(path)).size > maxCountedBytes) return undefined;
  const file = await open(path);
  let lines = 0;
  for await (const line of file.readLines()) if (line !== '') lines += 1;
  return lines;
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);
