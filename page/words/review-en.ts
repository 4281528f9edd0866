import type { RowProblem } from '../../core/documents/row-problem.ts';
import { rowProblemWords } from '../../core/words/row-problems.ts';

/** The review of rows that a model wrote of documents. */
export const reviewEn = {
  title: 'Review of rows',
  link: (step: string, undecided: number) => `Review the rows of ${step}: ${undecided} without a decision`,
  counts: (kept: number, edited: number, dropped: number, added: number, undecided: number, refused: number) =>
    `${kept} kept, ${edited} edited, ${dropped} dropped, ${added} added, ${undecided} without a decision, ${refused} refused by the checks`,
  shows: { open: 'without a decision', refused: 'refused', all: 'all' },
  pages: (first: number, last: number) => (first === last ? `page ${first}` : `pages ${first}–${last}`),
  problem: (problem: RowProblem) => rowProblemWords(problem),
  question: 'Question',
  answer: 'Answer',
  text: 'The text that it comes from',
  decisions: { keep: 'keep', drop: 'drop', none: 'not decided' },
  edited: 'A changed text counts as kept.',
  save: 'Save these decisions',
  next: 'Next rows',
  nothing: 'No such row.',
  noFile: (step: string) =>
    `The pipeline names no file for the decisions. Write \`review: ./review.jsonl\` below \`documents\` of step ${step}, and run it again: no model is asked again.`,
  afterwards: 'Once every row has a decision:',
};
