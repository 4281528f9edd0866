import type { Decided } from '../../core/documents/review.ts';
import type { ShownReview } from '../../page/app/review.tsx';
import type { Home } from '../../services/machine/home.ts';
import { openReview, writeReview } from '../../services/runs/review-file.ts';
import { type WrittenRowsOfStep, writtenRowsOf } from '../../services/runs/written-rows.ts';
import { UserError } from '../user-error.ts';

type Place = Pick<Home, 'runs' | 'store'>;

/** The steps of a run whose rows a model wrote. A review file that cannot be read hides none of them. */
export async function reviewsOf(home: Place, run: string): Promise<{ step: string; undecided: number }[]> {
  return await Promise.all(
    (await writtenRowsOf(home, run)).map(async ({ step, rows, file }) => {
      const counts = await openReview(file, rows).then(
        (opened) => opened.counts,
        () => undefined,
      );
      return { step, undecided: counts?.undecided ?? rows.length };
    }),
  );
}

const writtenIn = async (home: Place, run: string, step: string): Promise<WrittenRowsOfStep | undefined> =>
  (await writtenRowsOf(home, run)).find((each) => each.step === step);

export async function reviewOf(home: Place, run: string, step: string): Promise<ShownReview | undefined> {
  const written = await writtenIn(home, run, step);
  if (!written) return undefined;
  const { rows, counts } = await openReview(written.file, written.rows);
  return { run, step, file: written.file, rows, counts };
}

/** Writes decisions about rows of the run, and about no others. */
export async function decide(home: Place, run: string, step: string, decided: readonly Decided[]): Promise<void> {
  const written = await writtenIn(home, run, step);
  if (written?.file === undefined)
    throw new UserError(`step "${step}" names no file for the review of its rows`, {
      hint: 'write `review: ./review.jsonl` below `documents` in the pipeline',
    });
  const original = new Map(written.rows.map((row) => [row.id, row]));
  const own = decided.flatMap((each) => {
    const row = original.get(each.id);
    if (!row) return [];
    if (each.question === '' || each.answer === '')
      throw new UserError('a question or an answer is empty', { hint: 'drop the row in its place' });
    const isEdited = each.question !== row.question.trim() || each.answer !== row.answer.trim();
    return [{ ...each, decision: each.decision !== 'drop' && isEdited ? ('edit' as const) : each.decision }];
  });
  await writeReview(written.file, await openReview(written.file, written.rows, own));
}
