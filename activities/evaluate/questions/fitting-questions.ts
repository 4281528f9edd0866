import type { EvaluationNote } from '../../../core/words/evaluation-notes.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import { type BySide, sidesOf } from '../report/report.ts';
import type { Question } from './questions.ts';

const maxPlaces = 20;

interface Fitting {
  questions: readonly Question[];
  answers: BySide<Answer[]>;
  notes: readonly EvaluationNote[];
}

/**
 * Leaves out the questions that are longer than the context of every model: they tell nothing of the tuning. One that is too
 * long for some models alone stays, and its answer is incomplete. If none fits, all stay.
 */
export function fittingQuestions(questions: readonly Question[], answers: BySide<Answer[]>): Fitting {
  const given = sidesOf(answers).map((side) => answers[side]!);
  const isLong = questions.map((_, at) => given.every((each) => each[at]!.end === 'too_long'));
  const long = questions.filter((_, at) => isLong[at]);
  if (long.length === 0 || long.length === questions.length) return { questions, answers, notes: [] };
  const fits = <T>(all: readonly T[]) => all.filter((_, at) => !isLong[at]);
  const sizes = given.flatMap((each) => each.flatMap(({ tooLong }, at) => (isLong[at] && tooLong ? [tooLong] : [])));
  const tokens = Math.max(...sizes.map((each) => each.tokens ?? 0), 0);
  const context = Math.max(...sizes.map((each) => each.context ?? 0), 0);
  const facts = {
    questions: long.length,
    at: long.slice(0, maxPlaces).map(({ at }) => at),
    ...(tokens > 0 ? { tokens, context } : {}),
  };
  return {
    questions: fits(questions),
    answers: Object.fromEntries(sidesOf(answers).map((side) => [side, fits(answers[side]!)])) as unknown as BySide<
      Answer[]
    >,
    notes: [{ code: 'too_long_questions', facts }],
  };
}
