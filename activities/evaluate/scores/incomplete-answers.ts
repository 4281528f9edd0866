import { type IncompleteCounts, type IncompleteEnd, incompleteEnds } from '../../../core/words/evaluation-notes.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import { samplesOf } from './samples.ts';

export const isIncomplete = ({ end }: Pick<Answer, 'end'>): boolean =>
  (incompleteEnds as readonly string[]).includes(end);

/** What the scores are computed from: `cut` answers go on, and of some answers there is nothing to score. */
export const scoredAs = (answer: Answer): 'whole' | 'cut' | 'none' =>
  !isIncomplete(answer) ? 'whole' : answer.end === 'length' || answer.end === 'context' ? 'cut' : 'none';

/** Counts those of the answers, by what makes them incomplete. */
export const countIncomplete = (answers: readonly Answer[]): IncompleteCounts =>
  Object.fromEntries(
    incompleteEnds.map((end) => [end, answers.flatMap(samplesOf).filter((answer) => answer.end === end).length]),
  ) as Record<IncompleteEnd, number>;
