import type { RowFacts } from './facts.ts';

export const maxQuestions = 50;
/** Six must differ for a verdict, and some answers are always equal. */
const minQuestions = 8;
const share = 0.1;
/** Few rows are needed to learn from, so an exam takes no more of them. */
const maxShare = 0.25;
/** One to learn, and one to measure the loss on. */
const minLearned = 2;

/**
 * How many rows become the exam: a tenth, at least 8 and at most 50, but no more than a quarter of the rows. Each question
 * may take rows with it that are nearly the same, and those count too.
 */
export function countQuestions({ rows, candidates }: Pick<RowFacts, 'rows' | 'candidates'>): number {
  const wanted = Math.min(maxQuestions, Math.max(minQuestions, Math.round(share * rows)));
  let taken = 0;
  let count = 0;
  for (const near of candidates.slice(0, wanted)) {
    taken += near;
    if (taken > Math.max(1, maxShare * rows) || rows - taken < minLearned) break;
    count += 1;
  }
  return count;
}

/** The rows that an exam of this many questions takes out of the training. */
export const rowsTakenOut = ({ candidates }: Pick<RowFacts, 'candidates'>, questions: number): number =>
  candidates.slice(0, questions).reduce((sum, near) => sum + near, 0);
