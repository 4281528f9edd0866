import { judgeMetric } from '../judge/column.ts';
import { type Metric, metrics, type Scores } from './metrics.ts';

/** The share of each metric in the score; they sum to 1. */
export type Weights = Readonly<Partial<Record<Metric, number>>>;

/** Options of a document, perhaps invalid: `metric` names one metric, `score` weighs several. */
interface Asked {
  metric?: unknown;
  score?: unknown;
}

/** A plan names its metric; a document that names none means this one. */
const usual: Metric = 'chrf';

/** Returns the weights, divided by their sum. Undefined for `metric: none`, and for options that are not valid. */
export function weightsOf({ metric, score }: Asked): Weights | undefined {
  if (score === undefined) return isMetric(metric ?? usual) ? { [(metric ?? usual) as Metric]: 1 } : undefined;
  const given = metrics.flatMap((each) => {
    const weight = (score as Readonly<Record<string, unknown>> | null)?.[each];
    return typeof weight === 'number' && weight > 0 ? [[each, weight] as const] : [];
  });
  const sum = given.reduce((total, [, weight]) => total + weight, 0);
  return given.length === 0 ? undefined : Object.fromEntries(given.map(([each, weight]) => [each, weight / sum]));
}

export const weighedMetrics = (weights: Weights | undefined): Metric[] =>
  metrics.filter((metric) => weights?.[metric] !== undefined);

/** The name of the score: that of its metric, or `0.5 chrf + 0.5 json`. */
export function scoreName(weights: Weights): string {
  const weighed = weighedMetrics(weights);
  if (weighed.length === 1) return weighed[0]!;
  return weighed.map((metric) => `${Number(weights[metric]!.toFixed(3))} ${metric}`).join(' + ');
}

/** The name of the score of an evaluation with these options. */
export function scoreColumn(options: Asked): string {
  const weights = weightsOf(options);
  return weights ? scoreName(weights) : options.metric === judgeMetric ? judgeMetric : 'none';
}

/**
 * Adds the weighted sum to the scores of an answer. Bounds of the metrics give bounds of the sum: it rises with each of them.
 * The order of the summands is fixed, so equal bounds stay equal.
 */
export function withSum(scores: Scores, weights: Weights): Scores {
  const weighed = weighedMetrics(weights);
  if (weighed.length === 1 || weighed.some((metric) => scores[metric] === undefined)) return scores;
  const sum = weighed.reduce((total, metric) => total + weights[metric]! * scores[metric]!, 0);
  return { ...scores, [scoreName(weights)]: Math.min(1, sum) };
}

const isMetric = (name: unknown): name is Metric => (metrics as readonly unknown[]).includes(name);
