import { ownBeside } from '../../../core/judge/column.ts';
import type { Scores } from '../../../core/metrics/metrics.ts';
import { gainOf } from '../../../core/statistics/gain.ts';
import { intervalOf, meanOf } from '../../../core/statistics/paired-interval.ts';
import type { Side } from '../../../core/words/evaluation-notes.ts';
import { type BySide, type Ranges, sidesOf } from '../report/report.ts';
import type { Gains } from '../verdict.ts';
import type { Scored } from './score-answers.ts';

/** Whether the score of an answer is known: an incomplete answer may be wrong, or right, however it goes on. */
export const isDecided = ({ floor, ceiling }: Scored, question: number, metric: string): boolean =>
  floor[question]![metric] !== undefined && floor[question]![metric] === ceiling[question]![metric];

/** The metrics by which some question of a side is scored, in a fixed order. */
const metricsOf = (side: Scored): string[] => [...new Set(side.floor.flatMap((scores) => Object.keys(scores)))];

/**
 * Returns the numbers of the questions that are judged: those for which the score of every model is known. A model without
 * any known score is left out, and the others are judged without it.
 */
export function judgedQuestions(scored: BySide<Scored>, metric: string): number[] {
  const sides = sidesOf(scored)
    .map((side) => scored[side]!)
    .filter((side) => hasScore(side, metric));
  const questions = [...scored.after.each.keys()];
  return sides.length === 0
    ? []
    : questions.filter((question) => sides.every((side) => isDecided(side, question, metric)));
}

const hasScore = (side: Scored, metric: string) => side.each.some((_, question) => isDecided(side, question, metric));

/** The means of each metric over the questions that are judged by it; a side without a known score has none. */
export function meansOf(scored: BySide<Scored>): BySide<Scores> {
  const metrics = metricsOf(scored.after);
  const judged = new Map(metrics.map((metric) => [metric, judgedQuestions(scored, metric)]));
  const meansOfSide = (side: Scored) =>
    Object.fromEntries(
      metrics
        .filter((metric) => judged.get(metric)!.length > 0 && hasScore(side, metric))
        .map((metric) => [metric, meanOf(judged.get(metric)!.map((question) => side.each[question]![metric]!))]),
    );
  return Object.fromEntries(
    sidesOf(scored).map((side) => [side, meansOfSide(scored[side]!)]),
  ) as unknown as BySide<Scores>;
}

/** The lowest and the highest mean over all questions, for each metric by which some score of a side is unknown. */
export function rangesOf(side: Scored): Ranges {
  const unknown = metricsOf(side).filter((metric) =>
    side.each.some((_, question) => side.floor[question]![metric] !== undefined && !isDecided(side, question, metric)),
  );
  const boundOf = (scores: readonly Scores[], metric: string) => meanOf(scoresIn(scores, metric));
  return Object.fromEntries(
    unknown.map((metric) => [metric, [boundOf(side.floor, metric), boundOf(side.ceiling, metric)]]),
  );
}

/** The means over all questions, if every unknown score went against the judged model. */
export function worstFor(
  scored: BySide<Scored>,
  metric: string,
): { score: number; baseline: number; production?: number; gains: Gains } {
  const least = scoresIn(scored.after.floor, metric);
  const most = (side: Scored) => scoresIn(side.ceiling, metric);
  return {
    score: meanOf(least),
    baseline: meanOf(most(scored.before)),
    ...(scored.production ? { production: meanOf(most(scored.production)) } : {}),
    gains: {
      before: gainBeside(metric, least, most(scored.before)),
      ...(scored.production ? { production: gainBeside(metric, least, most(scored.production)) } : {}),
    },
  };
}

/** The gains over the questions that are judged; a rival without a known score has none. */
export function gainsOf(scored: BySide<Scored>, metric: string): Gains {
  const judged = judgedQuestions(scored, metric);
  const of = (side: Scored) => judged.map((question) => side.each[question]![metric]!);
  const against = (side: Scored | undefined) =>
    side && hasScore(side, metric) && hasScore(scored.after, metric)
      ? gainBeside(metric, of(scored.after), of(side))
      : undefined;
  return { before: against(scored.before), production: against(scored.production) };
}

const gainBeside = (metric: string, own: readonly number[], rival: readonly number[]) =>
  gainOf(
    own.map((score, at) => ownBeside(metric, score, rival[at]!)),
    rival,
  );

/** The 95 % interval of the score of each side, over the questions that are judged. */
export function intervalsOf(scored: BySide<Scored>, metric: string): Partial<Record<Side, readonly [number, number]>> {
  const judged = judgedQuestions(scored, metric);
  return Object.fromEntries(
    sidesOf(scored).flatMap((side) => {
      if (!hasScore(scored[side]!, metric)) return [];
      const interval = intervalOf(judged.map((question) => scored[side]!.each[question]![metric]!));
      return interval ? [[side, [interval.low, interval.high] as const]] : [];
    }),
  );
}

const scoresIn = (all: readonly Scores[], metric: string) => all.flatMap((each) => each[metric] ?? []);
