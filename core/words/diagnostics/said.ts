import type { Suggestion } from '../../language/spelling/suggest.ts';

/** What a person reads: what happened, and what to do about it. */
export interface Said {
  message: string;
  hint?: string | undefined;
}

/** Words for every reason of a group. A reason without words does not compile. */
export type WordsOf<F> = { readonly [R in keyof F]: (facts: F[R]) => string | Said };

export const asSaid = (said: string | Said): Said => (typeof said === 'string' ? { message: said } : said);

/** In one line, for logs and for failures of a run. */
export function inOneLine(said: string | Said): string {
  const { message, hint } = asSaid(said);
  return hint === undefined ? message : `${message}; ${hint}`;
}

/** `did you mean "epochs"?`, or the known names behind an introduction; undefined where none are known. */
export function suggestionHint({ meant, known = [], more }: Suggestion, intro: string): string | undefined {
  if (meant !== undefined) return didYouMean(meant);
  return known.length === 0 ? undefined : `${intro}: ${known.join(', ')}${more ? `, and ${more} more` : ''}`;
}

export const didYouMean = (meant: string) => `did you mean "${meant}"?`;

/** `"a", "b" and "c"`. */
export const quotedList = (names: readonly string[]): string =>
  joined(
    names.map((name) => `"${name}"`),
    'and',
  );

/** `a, b or c`, each once. */
export function joined(parts: readonly string[], word: 'and' | 'or'): string {
  const once = [...new Set(parts)];
  return once.length < 2 ? once.join('') : `${once.slice(0, -1).join(', ')} ${word} ${once.at(-1)}`;
}

/** The first of some names, in one line. */
export const cutList = (names: readonly string[], max = 4): string =>
  `${names
    .slice(0, max)
    .map((name) => cut(name))
    .join(', ')}${names.length > max ? `, and ${names.length - max} more` : ''}`;

/** Names come from documents, where they may have any length. */
export const cut = (name: string, max = 80): string => (name.length > max ? `${name.slice(0, max)}…` : name);
