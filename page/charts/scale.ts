/** An axis: its ends, and the values that are written beside it. */
export interface Axis {
  from: number;
  to: number;
  ticks: readonly number[];
  /** Equal distances are equal ratios. */
  isLogarithmic?: true;
}

/** Chooses ends and ticks at 1, 2 or 5 times a power of ten, so that all values lie between the ends. */
export function axisOf(values: readonly number[], maxTicks = 5): Axis {
  const [least, greatest] = endsOf(values);
  if (!Number.isFinite(least)) return { from: 0, to: 1, ticks: [0, 1] };
  const span = greatest - least || Math.abs(greatest) || 1;
  const step = stepFor(span / (maxTicks - 1));
  const from = Math.floor(least / step + slack) * step;
  const to = Math.ceil(greatest / step - slack) * step;
  const end = to > from ? to : from + step;
  const count = Math.round((end - from) / step);
  return { from, to: end, ticks: Array.from({ length: count + 1 }, (_, index) => rounded(from + index * step)) };
}

/** From this ratio of the greatest value to the least, a linear axis shows the lower half of a curve as a flat line. */
const minRatio = 20;

/** The same for a loss, which falls steeply at first: logarithmic where it spans much. */
export function lossAxisOf(values: readonly number[]): Axis {
  const [least, greatest] = endsOf(values);
  if (!(least > 0 && greatest / least >= minRatio)) return axisOf(values);
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))];
  const steps = last - first > 3 ? [1] : [1, 2, 5];
  const all = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
  const candidates = all.flatMap((power) => steps.map((factor) => rounded(factor * power)));
  const from = candidates.findLast((each) => each <= least) ?? least;
  const to = candidates.find((each) => each >= greatest) ?? greatest;
  return { from, to, ticks: candidates.filter((each) => each >= from && each <= to), isLogarithmic: true };
}

const endsOf = (values: readonly number[]): [least: number, greatest: number] => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
];

function stepFor(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5].find((factor) => factor * power >= raw * (1 - slack)) ?? 10) * power;
}

/** Quotients of decimal fractions miss whole numbers by a little. */
const slack = 1e-9;

/** Sums of steps such as 0.1 gather errors in the last digits. */
const rounded = (value: number) => Number(value.toPrecision(12));

/** The place of a value on its axis, from 0 to 1. */
export function placeOn({ from, to, isLogarithmic }: Axis, value: number): number {
  return isLogarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}
