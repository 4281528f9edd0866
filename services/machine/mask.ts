/** Replaces a secret in a log. */
const stars = '***';

/** Shorter lines of a multi-line secret reveal nothing, and masking them would hide every `}` in a log. */
const minLineLength = 4;

/** Line breaks as Node's `readline` sees them. */
const lineEnd = /\r\n|[\n\r\u2028\u2029]/;

/**
 * Makes a function that replaces each secret in a line of text, whether plain, URL-encoded or escaped as in JSON. Masks
 * each line of a multi-line secret too. Does not cover other encodings (base64, hex) or parts of a secret.
 */
export function maskOf(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .flatMap((secret) => [
      secret.trim(),
      ...secret
        .split(lineEnd)
        .map((part) => part.trim())
        .filter((part) => part.length >= minLineLength),
    ])
    .filter((form) => form !== '')
    // If one secret is the beginning of another, the longer one must match first.
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return withoutCredentials;
  const pattern = new RegExp([...new Set(forms)].map(anyForm).join('|'), 'g');
  return (line) => withoutCredentials(line.replace(pattern, stars));
}

/** Hides user and password of every URL in a text: errors name mirrors and proxies by URL. */
export const withoutCredentials = (text: string): string => text.replace(/(:\/\/)[^\s/?#"']+@/g, `$1${stars}@`);

/** A pattern that matches a text with any of its characters encoded. */
function anyForm(text: string): string {
  return [...text]
    .map((character) => {
      const forms = [
        character,
        JSON.stringify(character).slice(1, -1),
        ...(character === ' ' ? ['+'] : character === '/' ? ['\\/'] : []),
      ];
      const percent = [...Buffer.from(character)].map((byte) => `%${hex(byte, 2)}`);
      const unicode = character.split('').map((unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`);
      // The bare character comes last: a `%` may be the beginning of its own encoding.
      return `(?:${percent.join('')}|${unicode.join('')}|${[...new Set(forms)].reverse().map(literal).join('|')})`;
    })
    .join('');
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
const hex = (value: number, digits: number) =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
