/** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2). */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The same of the normal distribution. */
export const z975 = 1.959964;

/** The 97.5 % quantile of Student's t, to three digits. Beyond the table by the first term of its expansion. */
export const tQuantile975 = (degrees: number): number =>
  quantiles[degrees - 1] ?? z975 + (z975 ** 3 + z975) / (4 * degrees);

/** The share of the normal distribution below `x`, to seven digits (Abramowitz and Stegun 1964, 26.2.17). */
export function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail =
    (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) *
    terms.reduce((sum, term, power) => sum + term * t ** (power + 1), 0);
  return x < 0 ? tail : 1 - tail;
}
