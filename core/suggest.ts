import { closest, distance } from 'fastest-levenshtein';

/** `; did you mean "epochs"?` when a known word is near enough to be a slip, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const near = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  );
  const match = known.find((each) => each.toLowerCase() === near)!;
  const prefix = match.toLowerCase().startsWith(word.toLowerCase()) && word.length >= 3;
  return prefix || distance(word.toLowerCase(), near) <= Math.max(1, Math.floor(word.length / 3))
    ? `; did you mean "${match}"?`
    : '';
}
