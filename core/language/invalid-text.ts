/** A NUL, or half of a surrogate pair. */
export type InvalidText = 'nul' | 'lone-surrogate';

/**
 * Finds what keeps a text from going where texts go. A NUL fits into no file name and no program's arguments, a lone
 * surrogate into no UTF-8. Escapes of YAML and JSON can write both, and they would fail far from their place.
 */
export function findInvalidText(text: string): InvalidText | undefined {
  const found = /[\0\p{Surrogate}]/u.exec(text)?.[0];
  if (found === undefined) return undefined;
  return found === '\0' ? 'nul' : 'lone-surrogate';
}
