import { suggest } from '../language/spelling/suggest.ts';
import { suggestionHint } from './diagnostics/said.ts';

/** Makes a hint: `did you mean "x"?`, or the known names behind `intro`, or else `none`. */
export function suggestionFor(
  word: string,
  known: readonly string[],
  intro: string,
  none?: string,
): string | undefined {
  return suggestionHint(suggest(word, known), intro) ?? none;
}
