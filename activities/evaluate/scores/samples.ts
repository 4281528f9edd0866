import type { Scores } from '../../../core/metrics/metrics.ts';
import { meanOf } from '../../../core/statistics/paired-interval.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';

/** All answers of a model to a question. */
export const samplesOf = (answer: Answer): Answer[] => [answer, ...(answer.samples ?? [])];

/** Cuts a list into those of each question. */
export const byQuestion = <T>(all: readonly T[], samples: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / samples) }, (_, at) => all.slice(at * samples, (at + 1) * samples));

/** The score of a question: the mean over its answers. The answers to one question are scored by the same metrics. */
export const meanScores = (all: readonly Scores[]): Scores =>
  Object.fromEntries(Object.keys(all[0] ?? {}).map((metric) => [metric, meanOf(all.map((scores) => scores[metric]!))]));

/** How far the scores of the answers to one question lie from each other: the standard deviation, in the mean over the questions. */
export function spreadWithin(questions: readonly (readonly Scores[])[], metric: string): number | undefined {
  const spreads = questions.flatMap((answers) => {
    const scores = answers.flatMap((each) => each[metric] ?? []);
    if (scores.length < 2) return [];
    const mean = meanOf(scores);
    return [Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1))];
  });
  return spreads.length === 0 ? undefined : meanOf(spreads);
}
