import { type BySide, type Ranges, type Scores, sidesOf } from './report.ts';
import type { Scored } from './score-answers.ts';
import { type Metric, metrics } from './verdict.ts';

/** Whether the score of an answer is known: an incomplete answer may be wrong, or right, however it goes on. */
export const isDecided = ({ floor, ceiling }: Scored, question: number, metric: Metric): boolean =>
  floor[question]![metric] === ceiling[question]![metric];

/**
 * Returns the numbers of the questions that are judged: those for which the score of every model is known. A model without
 * any known score is left out, and the others are judged without it.
 */
export function judgedQuestions(scored: BySide<Scored>, metric: Metric): number[] {
  const sides = sidesOf(scored)
    .map((side) => scored[side]!)
    .filter((side) => hasScore(side, metric));
  const questions = [...scored.after.each.keys()];
  return sides.length === 0
    ? []
    : questions.filter((question) => sides.every((side) => isDecided(side, question, metric)));
}

const hasScore = (side: Scored, metric: Metric) => side.each.some((_, question) => isDecided(side, question, metric));

/** The means of each metric over the questions that are judged by it; a side without a known score has none. */
export function meansOf(scored: BySide<Scored>): BySide<Partial<Scores>> {
  const judged = new Map(metrics.map((metric) => [metric, judgedQuestions(scored, metric)]));
  const meansOfSide = (side: Scored) =>
    Object.fromEntries(
      metrics
        .filter((metric) => judged.get(metric)!.length > 0 && hasScore(side, metric))
        .map((metric) => [metric, mean(judged.get(metric)!.map((question) => side.each[question]![metric]))]),
    );
  return Object.fromEntries(sidesOf(scored).map((side) => [side, meansOfSide(scored[side]!)])) as unknown as BySide<
    Partial<Scores>
  >;
}

/** The lowest and the highest mean over all questions, for each metric by which some score of a side is unknown. */
export function rangesOf(side: Scored): Ranges {
  const unknown = metrics.filter((metric) => side.each.some((_, question) => !isDecided(side, question, metric)));
  const meanOf = (scores: readonly Scores[], metric: Metric) => mean(scores.map((each) => each[metric]));
  return Object.fromEntries(
    unknown.map((metric) => [metric, [meanOf(side.floor, metric), meanOf(side.ceiling, metric)]]),
  );
}

/** The means over all questions, if every unknown score went against the judged model. */
export function worstFor(
  scored: BySide<Scored>,
  metric: Metric,
): { score: number; baseline: number; production?: number } {
  const worst = (scores: readonly Scores[]) => mean(scores.map((each) => each[metric]));
  return {
    score: worst(scored.after.floor),
    baseline: worst(scored.before.ceiling),
    ...(scored.production ? { production: worst(scored.production.ceiling) } : {}),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
