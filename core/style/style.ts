import { formatOf, scriptOf } from './text-form.ts';
import { distinctPairs, repeatsItself, wordsOf } from './words.ts';

/** How some answers are written, whatever they say. */
export interface Style {
  /** Those that have a text. */
  answers: number;
  /** Medians. */
  characters: number;
  tokens?: number;
  /** The share of different pairs of neighbouring words: low where the answers resemble each other. It falls with more text. */
  distinct?: number;
  /** Shares of the answers that are laid out, and written, as a reference is. */
  format?: number;
  script?: number;
  /** The share of the answers that repeat words in a loop. */
  loops: number;
}

export interface StyledAnswer {
  text: string;
  tokens?: number;
  /** Its server ended it since it repeated a token. */
  isLoop?: boolean;
  references: readonly string[];
}

/** Undefined if no answer has a text. */
export function styleOf(all: readonly StyledAnswer[]): Style | undefined {
  const answers = all.filter(({ text }) => text.trim() !== '');
  if (answers.length === 0) return undefined;
  const words = answers.map(({ text }) => wordsOf(text));
  const tokens = answers.flatMap(({ tokens: count }) => (count ? [count] : []));
  const compared = answers.filter(({ references }) => references.length > 0);
  const share = (is: (answer: StyledAnswer) => boolean) => compared.filter(is).length / compared.length;
  const distinct = distinctPairs(words);
  return {
    answers: answers.length,
    characters: median(answers.map(({ text }) => [...text.trim()].length)),
    ...(tokens.length > 0 ? { tokens: median(tokens) } : {}),
    ...(distinct === undefined ? {} : { distinct }),
    ...(compared.length > 0 ? { format: share(hasFormat), script: share(hasScript) } : {}),
    loops: answers.filter(({ isLoop }, at) => isLoop || repeatsItself(words[at]!)).length / answers.length,
  };
}

const hasFormat = ({ text, references }: StyledAnswer) =>
  references.some((reference) => formatOf(reference) === formatOf(text));

/** A text without letters, such as a number, has no script that differs. */
function hasScript({ text, references }: StyledAnswer): boolean {
  const script = scriptOf(text);
  return references.some((reference) => {
    const wanted = scriptOf(reference);
    return script === undefined || wanted === undefined || script === wanted;
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
