/** A stretch of an answer; `differs`: it is not in the answer that it is compared with. */
export interface Stretch {
  text: string;
  differs: boolean;
}

/** Above this the words are compared one by one at the same place: the exact comparison takes their product. */
const maxExactCells = 4_000_000;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
/** Also splits a text that is written without spaces. */
const wordsOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

/**
 * Marks where answers differ, word by word. Each is compared with the first one; the first is marked where at least one of
 * the others has another word. Line breaks and spaces alone are no difference.
 */
export function markDifferences(answers: readonly string[]): Stretch[][] {
  const [first, ...others] = answers.map((text) => wordsOf(text.trim()));
  if (!first) return [];
  const compared = others.map((words) => ({ words, common: commonWords(first, words) }));
  const isInAll = first.map((_, at) => compared.every(({ common }) => common.first.has(at)));
  return [
    stretchesOf(first, (at) => !isInAll[at]),
    ...compared.map(({ words, common }) => stretchesOf(words, (at) => !common.second.has(at))),
  ];
}

/** How many words of an answer are marked, and how many it has. */
export function countDifferences(stretches: readonly Stretch[]): { words: number; differ: number } {
  const count = (some: readonly Stretch[]) =>
    some.reduce((sum, { text }) => sum + wordsOf(text).filter((word) => /[\p{L}\p{N}]/u.test(word)).length, 0);
  return { words: count(stretches), differ: count(stretches.filter(({ differs }) => differs)) };
}

function stretchesOf(words: readonly string[], differs: (at: number) => boolean): Stretch[] {
  const stretches: Stretch[] = [];
  words.forEach((word, at) => {
    const last = stretches.at(-1);
    const isMarked = word.trim() !== '' && differs(at);
    // A space between two marked words is part of the stretch.
    const joins = last && (last.differs === isMarked || (word.trim() === '' && last.differs && differs(at + 1)));
    if (joins) last.text += word;
    else stretches.push({ text: word, differs: isMarked });
  });
  return stretches;
}

/** Places of a longest common sequence of words, in both. */
function commonWords(one: readonly string[], other: readonly string[]): { first: Set<number>; second: Set<number> } {
  const [first, second] = [new Set<number>(), new Set<number>()];
  if (one.length * other.length > maxExactCells) {
    one.forEach((word, at) => {
      if (other[at] === word) for (const places of [first, second]) places.add(at);
    });
    return { first, second };
  }
  const width = other.length + 1;
  // The length of the longest common sequence of the ends that begin at each pair of places.
  const longest = new Uint32Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      longest[i * width + j] =
        one[i] === other[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  for (let [i, j] = [0, 0]; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) {
      first.add(i++);
      second.add(j++);
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i += 1;
    else j += 1;
  }
  return { first, second };
}
