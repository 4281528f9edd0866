import type { StepContext } from '../engine/step-context.ts';
import { runTrainer } from '../process/run-trainer.ts';
import type { BySide, Scores } from './report.ts';

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
  const outputs = await runTrainer(context, 'score', { references, answers });
  return outputs as unknown as BySide<Scored>;
}
