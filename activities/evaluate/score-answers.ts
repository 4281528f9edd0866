import type { Answer } from '../../services/ollama/greedy-question.ts';
import type { StepContext } from '../engine/step-context.ts';
import { runTrainer } from '../process/run-trainer.ts';
import { scoredAs } from './incomplete-answers.ts';
import { type BySide, type Scores, sidesOf } from './report.ts';

export interface Scored {
  each: Scores[];
  /** The least and the highest score that the whole answers can have. They differ for incomplete answers. */
  floor: Scores[];
  ceiling: Scores[];
  /** Answers that differ from a reference only by marks at their ends. */
  marks_only: number;
  /** Answers in which a reference is only a part of a longer word or number. */
  inside_words: number;
}

/** Compares answers with their references by the trainer's metrics; every score lies between 0 and 1. */
export async function scoreAnswers(
  context: StepContext<'evaluate'>,
  references: readonly string[],
  answers: BySide<readonly Answer[]>,
): Promise<BySide<Scored>> {
  const sides = sidesOf(answers);
  const each = <T>(value: (answer: Answer) => T) =>
    Object.fromEntries(sides.map((side) => [side, answers[side]!.map(value)]));
  const { models } = await runTrainer(context, 'score', {
    references: [...references],
    answers: each(({ text }) => text),
    ends: each(scoredAs),
  });
  return Object.fromEntries(sides.map((side) => [side, models[side]!])) as unknown as BySide<Scored>;
}
