import { countDifferences, markDifferences, type Stretch } from '../../core/comparison/mark-differences.ts';

/** Answers of which more than this differs share too little for marks to help: nearly every word would have one. */
const maxDiffering = 0.75;

/** Marks the words that only one of two answers has. Answers that have hardly a word in common are left as they are. */
export function marksOf(before: string, after: string): { before: Stretch[]; after: Stretch[] } {
  const unmarked = (text: string): Stretch[] => [{ text, differs: false }];
  if (before.trim() === '' || after.trim() === '') return { before: unmarked(before), after: unmarked(after) };
  const [one, other] = markDifferences([before, after]) as [Stretch[], Stretch[]];
  const isStrange = [one, other].some((stretches) => {
    const { words, differ } = countDifferences(stretches);
    return differ > maxDiffering * words;
  });
  return isStrange ? { before: unmarked(before), after: unmarked(after) } : { before: one, after: other };
}

export const Marked = ({ stretches }: { stretches: readonly Stretch[] }) => (
  <>{stretches.map(({ text, differs }) => (differs ? <mark>{text}</mark> : text))}</>
);
