import { diffWords } from 'diff';

/** Answers that share less than this have nothing worth marking: nearly every word would be. */
const minShared = 0.25;

/** Chinese has no blanks between its words. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const hasChinese = /\p{Script=Han}/u;

/** Longer texts would take seconds to compare, and nobody reads their marks. */
const maxCompared = 8_000;

/** One part of an answer. `own`: the other answer does not have it. */
export interface Part {
  text: string;
  own: boolean;
}

/** Splits two answers into what they share and what only one of them has. */
export function partsOf(before: string, after: string): { before: Part[]; after: Part[] } {
  const whole = { before: [{ text: before, own: false }], after: [{ text: after, own: false }] };
  if (before.length + after.length > maxCompared) return whole;
  const isChinese = hasChinese.test(before + after);
  const changes = diffWords(before, after, isChinese ? { intlSegmenter: segmenter } : {});
  const shared = changes.filter(({ added, removed }) => !added && !removed);
  const length = shared.reduce((sum, { value }) => sum + value.trim().length, 0);
  if (length < minShared * Math.max(before.trim().length, after.trim().length)) return whole;
  return {
    before: changes.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, own: removed })),
    after: changes.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, own: added })),
  };
}

export const Marked = ({ parts }: { parts: readonly Part[] }) => (
  <>{parts.map(({ text, own }) => (own ? <mark>{text}</mark> : text))}</>
);
