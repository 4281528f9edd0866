const heights = '▁▂▃▄▅▆▇█';

/** A curve in one line of at most `width` characters, from its least value to its greatest. */
export function sparkline(values: readonly number[], width: number): string {
  const points = resampled(values, width);
  const [least, greatest] = [Math.min(...points), Math.max(...points)];
  const step = (greatest - least) / (heights.length - 1);
  return points.map((value) => heights[step > 0 ? Math.round((value - least) / step) : 3]).join('');
}

/** Means of parts that are as equal as they can be. */
function resampled(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, part) => {
    const from = Math.floor((part * values.length) / width);
    const some = values.slice(from, Math.floor(((part + 1) * values.length) / width));
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
}
