import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReviewRow, reviewRow } from '../../core/documents/review.ts';
import { isRecord } from '../../core/json.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { Home } from '../machine/home.ts';
import { ArtifactStore } from '../store/artifacts.ts';
import { readJsonFile } from '../store/json-file.ts';
import type { StepOutcome } from './step-outcome.ts';

/** Of the rows that a model wrote for a step: in the step's folder, and in an artifact for the runs that reuse the step. */
export const reviewFile = 'review.jsonl';

export interface WrittenRowsOfStep {
  step: string;
  rows: ReviewRow[];
  /** The file that the step's option `review` names. */
  file?: string;
}

/** The rows that models wrote of documents in a run, by step; also those of a step that failed since nobody has decided yet. */
export async function writtenRowsOf(home: Pick<Home, 'runs' | 'store'>, runId: string): Promise<WrittenRowsOfStep[]> {
  const folder = join(home.runs, runId);
  const plan = await readJsonFile<Plan>(join(folder, 'plan.json'));
  const steps = await readdir(join(folder, 'steps')).catch(() => [] as string[]);
  const found = await Promise.all(
    steps.sort().map(async (step) => {
      const text = await readFirst(await placesOf(home, join(folder, 'steps', step)));
      if (text === undefined) return [];
      const file = reviewOption(plan, step);
      const rows = text.split('\n').flatMap((line) => rowIn(line));
      return [{ step, rows, ...(file === undefined ? {} : { file }) }];
    }),
  );
  return found.flat();
}

async function placesOf(home: Pick<Home, 'store'>, folder: string): Promise<string[]> {
  const outcome = await readJsonFile<StepOutcome>(join(folder, 'result.json'));
  const store = new ArtifactStore(home.store);
  const kept = (outcome?.artifacts ?? []).map((digest) => join(store.folder({ digest }), 'files', reviewFile));
  return [join(folder, reviewFile), ...kept];
}

async function readFirst(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

function rowIn(line: string): ReviewRow[] {
  try {
    const parsed = reviewRow.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

function reviewOption(plan: Plan | undefined, step: string): string | undefined {
  const options = plan?.steps.find(({ id }) => id === step || step.startsWith(`${id}@`))?.with;
  const { documents } = isRecord(options) ? options : {};
  return isRecord(documents) && typeof documents.review === 'string' ? documents.review : undefined;
}
