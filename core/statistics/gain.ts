import { z975 } from './distributions.ts';
import { type Interval, intervalOf, meanOf } from './paired-interval.ts';

/** By how much one model scores higher than another on the same questions. */
export interface Gain extends Interval {
  /** Questions on which the two differ. */
  unequal: number;
  /** Whether the interval lies above zero or below it, or the questions are too few to tell. */
  sign: 'higher' | 'lower' | 'open';
  /**
   * For `open`: about how many questions would tell it with a probability of 80 %, if the gain and its spread stay as they
   * are. Undefined for a gain of zero.
   */
  enough?: number;
}

/** Scores closer than this differ by rounding alone. */
const tolerance = 1e-9;
/** A sign test on five differences can at best say 6 %: no interval of so few is trusted, however narrow it is. */
export const minUnequal = 6;
/** The quantile of the normal distribution for a power of 80 %. */
const z80 = 0.841621;

/** Compares two models question by question; undefined for fewer than two questions. */
export function gainOf(scores: readonly number[], others: readonly number[]): Gain | undefined {
  const differences = scores.map((score, at) => score - others[at]!);
  const interval = intervalOf(differences);
  if (!interval) return undefined;
  const unequal = differences.filter((each) => Math.abs(each) > tolerance).length;
  const isTold = unequal >= minUnequal;
  const sign = isTold && interval.low > tolerance ? 'higher' : isTold && interval.high < -tolerance ? 'lower' : 'open';
  const enough = sign === 'open' ? enoughQuestions(differences, unequal) : undefined;
  return { ...interval, unequal, sign, ...(enough === undefined ? {} : { enough }) };
}

/** n = ((z₀.₉₇₅ + z₀.₈) · s / d)², and never so few that less than six of them would differ. */
function enoughQuestions(differences: readonly number[], unequal: number): number | undefined {
  const mean = meanOf(differences);
  if (Math.abs(mean) <= tolerance || unequal === 0) return undefined;
  const n = differences.length;
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1);
  const bySpread = ((z975 + z80) ** 2 * variance) / mean ** 2;
  return roundUp(Math.max(bySpread, (minUnequal * n) / unequal, n + 1));
}

/** Two digits: a guess from few answers has no more. */
function roundUp(questions: number): number {
  const unit = 10 ** Math.max(0, Math.ceil(Math.log10(questions)) - 2);
  return Math.ceil(questions / unit) * unit;
}
