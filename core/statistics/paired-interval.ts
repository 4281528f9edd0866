import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { normalBelow, tQuantile975 } from './distributions.ts';

/** The mean of some values and its 95 % interval: where the mean over all questions of this kind lies in 19 of 20 exams. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** As many as Hesterberg advises for the ends of an interval; of many values fewer do, and a worker must not stand still. */
const resamplesFor = (n: number) => Math.round(Math.min(10_000, Math.max(1_000, 2_000_000 / n)));
/** Equal values give an equal interval. */
const seed = 1;

/**
 * The bootstrap interval of a mean, in its expanded form (Hesterberg 2015, "What teachers should know about the bootstrap",
 * section 5.3): the plain percentiles are too narrow for few values, by the factor that the t distribution tells. For paired
 * answers the values are the differences, question by question. Undefined for fewer than two values.
 */
export function intervalOf(values: readonly number[], resamples = resamplesFor(values.length)): Interval | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const random = xoroshiro128plus(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < n; drawn++) sum += values[uniformInt(random, 0, n - 1)]!;
    return sum / n;
  }).sort();
  const tail = normalBelow(-Math.sqrt(n / (n - 1)) * tQuantile975(n - 1));
  return { mean: meanOf(values), low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Between the two nearest values, in proportion. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
}
