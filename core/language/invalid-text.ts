/**
 * Why a text cannot go where texts go, or nothing. A NUL fits into no file name and no program's arguments, half of a
 * character into no UTF-8; escapes of YAML and JSON can write both, and they would break far from where they stand.
 */
export function oddText(text: string): string | undefined {
  const odd = /[\0\p{Surrogate}]/u.exec(text)?.[0];
  if (odd === undefined) return undefined;
  return odd === '\0' ? 'holds a NUL character' : 'holds half of a character (a lone surrogate)';
}
