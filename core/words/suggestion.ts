import { suggest } from '../language/suggest.ts';
import { suggestionHint } from './diagnostics/said.ts';

/** Makes a line `hint: did you mean "x"?`, or one with the known names behind `intro`, or else with `none`; begins with a line end. */
export function suggestionLine(word: string, known: readonly string[], intro: string, none?: string): string {
  const hint = suggestionHint(suggest(word, known), intro) ?? none;
  return hint === undefined ? '' : `\nhint: ${hint}`;
}
