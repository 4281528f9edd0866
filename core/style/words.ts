/** Words of languages that write no spaces too. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

export const wordsOf = (text: string): string[] =>
  [...segmenter.segment(text.normalize('NFKC').toLowerCase())]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);

/** The share of different pairs of neighbouring words among all pairs of some texts; undefined without a pair. */
export function distinctPairs(texts: readonly (readonly string[])[]): number | undefined {
  const pairs = texts.flatMap((words) => words.slice(1).map((word, at) => `${words[at]} ${word}`));
  return pairs.length === 0 ? undefined : new Set(pairs).size / pairs.length;
}

/** A loop has a period of so many words at most, and covers so many at least, in four rounds at least. */
const maxPeriod = 20;
const minWords = 12;
const minRounds = 4;

/** Whether a text says the same words over and over without a pause. */
export function repeatsItself(words: readonly string[]): boolean {
  for (let period = 1; period <= maxPeriod; period++) {
    const wanted = Math.max(period * minRounds, minWords) - period;
    let equal = 0;
    for (let at = period; at < words.length; at++) {
      equal = words[at] === words[at - period] ? equal + 1 : 0;
      if (equal >= wanted) return true;
    }
  }
  return false;
}

/** A loop at the end of a cut answer, in characters: fewer may be a list, or a table of equal cells. */
const [maxPeriodAtEnd, minLoopAtEnd] = [300, 100];

/** Whether a text ends in the same characters over and over, as a model writes that finds no end. */
export function endsInLoop(text: string): boolean {
  const trimmed = text.trimEnd();
  for (let period = 1; period <= maxPeriodAtEnd; period++) {
    const wanted = Math.max(period * minRounds, minLoopAtEnd);
    if (trimmed.length < wanted) continue;
    const end = trimmed.slice(-wanted);
    if (end.slice(period) === end.slice(0, -period)) return true;
  }
  return false;
}
