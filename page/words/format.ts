/** How numbers, times and sizes are written in one language. Sizes are decimal. */
export interface Format {
  number: (value: number) => string;
  /** A score or a difference of two, to two digits. */
  score: (value: number) => string;
  signed: (value: number) => string;
  /** A value on an axis, as short as it can be. */
  short: (value: number) => string;
  bytes: (bytes: number) => string;
  duration: (milliseconds: number) => string;
  moment: (at: number) => string;
}

/** Unit words, in the order hours, minutes, seconds. */
type Units = readonly [string, string, string];

export function formatIn(locale: string, [hours, minutes, seconds]: Units): Format {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const digits = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  // The Swedish form is ISO's in every language: `2026-11-29 00:02:43 GMT+8`.
  const moment = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'long' });
  const score = (value: number) => digits.format(value).replace('-', '−');
  return {
    number: (value) => number.format(value),
    score,
    signed: (value) => (value > 0 ? `+${score(value)}` : score(value)),
    short: shortened,
    bytes: (bytes) => {
      if (bytes === 0) return '0';
      const unit = bytes >= 1e9 ? 'GB' : bytes >= 1e6 ? 'MB' : 'kB';
      const size = bytes / { GB: 1e9, MB: 1e6, kB: 1e3 }[unit];
      return `${size.toFixed(size >= 100 ? 0 : 1)} ${unit}`;
    },
    duration: (milliseconds) => {
      const whole = Math.max(0, Math.round(milliseconds / 1000));
      if (whole < 10) return `${Math.max(0, milliseconds / 1000).toFixed(1)} ${seconds}`;
      const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
      if (h > 0) return `${h} ${hours} ${m} ${minutes}`;
      return m > 0 ? `${m} ${minutes} ${s} ${seconds}` : `${s} ${seconds}`;
    },
    moment: (at) => moment.format(at),
  };
}

/** `0.005`, `2e-4`, `12k`, `3.2M`. */
function shortened(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3) return value.toExponential(1).replace('.0e', 'e');
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(3))}G`;
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return `${Number(value.toPrecision(3))}`;
}
