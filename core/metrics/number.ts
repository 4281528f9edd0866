/** A number as a text writes it. `isPercent`: a percent sign follows it. */
export interface WrittenNumber {
  value: number;
  isPercent: boolean;
}

const fullWidth = /[\uff10-\uff19\uff0e\uff05\uff0b\uff0d\uff0f]/g;
/** Not NFKC: it makes digits of superscripts, so that `m²` would hold a 2. */
const narrow = (text: string) =>
  text
    .replace(/(?<=[\uff10-\uff19])\uff0c(?=[\uff10-\uff19]{3})/g, ',')
    .replace(fullWidth, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/[\u2212\ufe63]/g, '-');

/** Words that multiply the number before them. */
const scales: Readonly<Record<string, number>> = {
  万亿: 1e12,
  萬億: 1e12,
  亿: 1e8,
  億: 1e8,
  千万: 1e7,
  百万: 1e6,
  万: 1e4,
  萬: 1e4,
  trillion: 1e12,
  billion: 1e9,
  million: 1e6,
  thousand: 1e3,
};
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const digits = String.raw`(?:\d{1,3}(?:[,'’\u00a0\u2009\u202f]\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+`;
const exponent = String.raw`[eE][+-]?\d+|\s?[×xX*]\s?10(?:\^|\*\*)?(?:\{?[+-]?\d+\}?|[⁻⁺]?[${superscripts}]+)`;
// A sign behind a digit or a letter is a hyphen: `10-5`, `COVID-19`. Digits of a word are no number: `H2O`, `v2.0`.
const number = new RegExp(
  String.raw`(?<![A-Za-z_\d.])(?:(?<![A-Za-z\d)\]]\s?)[+-]\s?)?(?:${digits})(?:${exponent})?`,
  'g',
);
const percent = /^\s?(?:%|percent\b|per cent\b)/i;
const scale = new RegExp(
  String.raw`^\s?(?:(${Object.keys(scales)
    .filter((word) => /\w/.test(word))
    .join('|')})\b|(${Object.keys(scales)
    .filter((word) => !/\w/.test(word))
    .join('|')}))`,
  'i',
);

/** Returns the last number of a text; a quotient such as `3/4` is one number. */
export function lastNumber(text: string): WrittenNumber | undefined {
  const plain = narrow(text);
  const found = [...plain.matchAll(number)].map((match) => ({
    text: match[0],
    at: match.index,
    end: match.index + match[0].length,
  }));
  const last = found.at(-1);
  if (!last) return undefined;
  const over = found.at(-2);
  const value = readNumber(last.text);
  const isQuotient =
    over !== undefined &&
    /^\s?\/\s?$/.test(plain.slice(over.end, last.at)) &&
    !/\/\s?$/.test(plain.slice(0, over.at)) &&
    value !== 0;
  const rest = plain.slice(last.end);
  const word = scale.exec(rest);
  const factor = word ? scales[(word[1] ?? word[2])!.toLowerCase()]! : 1;
  return {
    value: (isQuotient ? readNumber(over.text) / value : value) * factor,
    isPercent: percent.test(word ? rest.slice(word[0].length) : rest),
  };
}

function readNumber(text: string): number {
  const [, mantissa, power] = /^(.*?)(?:(?:[eE]|\s?[×xX*]\s?10(?:\^|\*\*)?)\{?([+-]?[^{}]+)\}?)?$/.exec(text)!;
  const value = Number(mantissa!.replace(/[,'’\s]/g, ''));
  if (power === undefined) return value;
  const plain = power
    .replace('⁻', '-')
    .replace('⁺', '')
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (sign) => `${superscripts.indexOf(sign)}`);
  return Number(`${value}e${Number(plain)}`);
}

/** Numbers closer than this differ by rounding alone. */
const rounding = 1e-9;

/**
 * Whether two numbers are equal, within a share of the reference. Units are not compared; a percent sign that only one of them
 * has is a hundredth or a unit, so that 50 %, 50 and 0.5 may mean the same.
 */
export function isEqualNumber(answer: WrittenNumber, reference: WrittenNumber, tolerance = 0): boolean {
  const isNear = (one: number) =>
    Math.abs(one - reference.value) <= Math.max(tolerance, rounding) * Math.abs(reference.value);
  if (answer.isPercent === reference.isPercent) return isNear(answer.value);
  const factor = reference.isPercent ? 100 : 0.01;
  return isNear(answer.value) || isNear(answer.value * factor);
}
