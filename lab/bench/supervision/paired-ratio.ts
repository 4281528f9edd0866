/** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; above, the normal quantile is close enough. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

export interface Ratio {
  ratio: number;
  /** The 95 % confidence interval. */
  low: number;
  high: number;
  pairs: number;
}

/**
 * The geometric mean of ratios a/b with its interval: t on the logarithms of the ratios. The two times of a pair were
 * measured one after the other, so slow changes of the machine cancel out. Throws RangeError for fewer than two pairs.
 */
export function pairedRatio(pairs: readonly (readonly [a: number, b: number])[]): Ratio {
  if (pairs.length < 2) throw new RangeError(`an interval needs two pairs, got ${pairs.length}`);
  const logs = pairs.map(([a, b]) => Math.log(a / b));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  const half = (quantiles[logs.length - 2] ?? 1.96) * Math.sqrt(variance / logs.length);
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half), pairs: logs.length };
}
