import { distance } from 'fastest-levenshtein';

/** The known name that was probably meant, or else the names that are known. */
export interface Suggestion {
  meant?: string;
  /** The first of them. */
  known?: readonly string[];
  /** How many there are besides. */
  more?: number;
}

/** Longer words cost time to compare, and are never a typing error. Characters. */
const maxWordLength = 40;
/** Names that a person reads in one message. */
const maxKnown = 40;

/** Suggests the known name nearest to a word; where none is near, those that are known. */
export function suggest(word: string, known: readonly string[]): Suggestion {
  const meant = nearest(word, known);
  return meant === undefined ? suggestKnown(known) : { meant };
}

/** Suggests the known names themselves. */
export const suggestKnown = (known: readonly string[]): Suggestion => ({
  known: known.slice(0, maxKnown),
  ...(known.length > maxKnown ? { more: known.length - maxKnown } : {}),
});

/** The known word that was probably meant: near enough to be a typing error, or an unfinished word. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > maxWordLength) return undefined;
  const small = word.toLowerCase();
  let best: { word: string; typos: number } | undefined;
  for (const candidate of known) {
    const typos = typosBetween(small, candidate.toLowerCase());
    if (!best || typos < best.typos) best = { word: candidate, typos };
  }
  const allowed = small.length < 3 ? 0 : Math.max(1, Math.floor(small.length / 3));
  if (best && best.typos <= allowed) return best.word;
  return small.length < 3 ? undefined : known.find((candidate) => candidate.toLowerCase().startsWith(small));
}

/** Levenshtein's distance, where two swapped neighbours count as one error (`trian`). */
function typosBetween(word: string, known: string): number {
  if (Math.abs(word.length - known.length) > word.length / 2 + 1) return Number.POSITIVE_INFINITY;
  let typos = distance(word, known);
  for (let at = 0; typos > 1 && at + 1 < word.length; at++) {
    const swapped = word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
    typos = Math.min(typos, distance(swapped, known) + 1);
  }
  return typos;
}
