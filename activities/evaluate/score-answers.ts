import type { StepContext } from '../engine/step-context.ts';
import { runTrainer } from '../process/run-trainer.ts';
import { type BySide, type Scores, sidesOf } from './report.ts';

export interface Scored {
  mean: Scores;
  each: Scores[];
}

/** Compares answers with their references by the trainer's metrics; every score lies between 0 and 1. */
export async function scoreAnswers(
  context: StepContext<'evaluate'>,
  references: readonly string[],
  answers: BySide<readonly string[]>,
): Promise<BySide<Scored>> {
  const sides = sidesOf(answers);
  const { models } = await runTrainer(context, 'score', {
    references: [...references],
    answers: Object.fromEntries(sides.map((side) => [side, [...answers[side]!]])),
  });
  return Object.fromEntries(sides.map((side) => [side, models[side]!])) as BySide<Scored>;
}
