import type { Answer } from '../../../services/ollama/greedy-question.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import type { Scores } from '../report/report.ts';
import { scoredAs } from './incomplete-answers.ts';

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
  answers: Readonly<Record<string, readonly Answer[]>>,
): Promise<Record<string, Scored>> {
  const each = <T>(value: (answer: Answer) => T) =>
    Object.fromEntries(Object.entries(answers).map(([name, given]) => [name, given.map(value)]));
  const { models } = await runTrainer(context, 'score', {
    references: [...references],
    answers: each(({ text }) => text),
    ends: each(scoredAs),
  });
  // Each question has a reference, so no score is missing.
  return models as unknown as Record<string, Scored>;
}
