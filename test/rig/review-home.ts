import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReviewRow } from '../../core/documents/review.ts';
import type { OneRun } from './page-source.ts';

/** Gives the run of a page rows that a model wrote in step `data`. Returns the file for the decisions, which is not there yet. */
export async function writeReviewHome(
  source: OneRun,
  folder: string,
  { run, rows }: { run: string; rows: readonly ReviewRow[] },
): Promise<string> {
  const file = join(folder, 'thesis.review.jsonl');
  const step = join(folder, 'runs', run, 'steps', 'data');
  await mkdir(step, { recursive: true });
  const steps = [{ id: 'data', uses: 'prepare', with: { from: 'documents', documents: { review: file } } }];
  await writeFile(join(folder, 'runs', run, 'plan.json'), JSON.stringify({ pipeline: 'p', inputs: {}, steps }));
  await writeFile(join(step, 'review.jsonl'), rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
  source.home = { runs: join(folder, 'runs'), store: join(folder, 'store') };
  return file;
}

export const readReviewFile = async (file: string): Promise<ReviewRow[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ReviewRow);
