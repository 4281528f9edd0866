import { runTrainer } from '../run-trainer.ts';
import type { StepContext } from '../step.ts';
import type { Scores } from './report.ts';

export interface Scored {
  mean: Scores;
  each: Scores[];
}

/** Compares answers with their references by the trainer's metrics; every score lies between 0 and 1. */
export async function scoreAnswers(
  context: StepContext<'evaluate'>,
  references: readonly string[],
  answers: { before: readonly string[]; after: readonly string[] },
): Promise<{ before: Scored; after: Scored }> {
  const outputs = await runTrainer(context, 'score', { references, answers });
  return outputs as unknown as { before: Scored; after: Scored };
}
