/** An axis: its ends, and the values that are written beside it. */
export interface Axis {
  from: number;
  to: number;
  ticks: readonly number[];
}

/** Chooses ends and ticks at 1, 2 or 5 times a power of ten, so that all values lie between the ends. */
export function axisOf(values: readonly number[], maxTicks = 5): Axis {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(least)) return { from: 0, to: 1, ticks: [0, 1] };
  const span = greatest - least || Math.abs(greatest) || 1;
  const step = stepFor(span / (maxTicks - 1));
  const [from, to] = [Math.floor(least / step) * step, Math.ceil(greatest / step) * step];
  const end = to > from ? to : from + step;
  const count = Math.round((end - from) / step);
  return { from, to: end, ticks: Array.from({ length: count + 1 }, (_, index) => rounded(from + index * step)) };
}

function stepFor(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10) * power;
}

/** Sums of steps such as 0.1 gather errors in the last digits. */
const rounded = (value: number) => Number(value.toPrecision(12));

/** The place of a value on its axis, from 0 to 1. */
export const placeOn = ({ from, to }: Axis, value: number): number => (value - from) / (to - from);
