/** Returns the milliseconds of `10s`, `5m`, `1h`, `2d` or `250ms`. Throws RangeError for another text. */
export function milliseconds(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  if (!amount || !unit) throw new RangeError(`not a duration: ${text}`);
  return Number(amount) * units[unit]!;
}
