/** What a log shows in the place of a secret. */
const stars = '***';

/** Parts of a secret of several lines that are shorter than this say nothing, and would blot out every `}` of a log. */
const shortestPart = 4;

/** The ends of lines as Node's `readline` sees them. */
const lineEnd = /\r\n|[\n\r\u2028\u2029]/;

/**
 * Makes a function that replaces each secret in a line of text: as it is, URL-encoded, or escaped as in JSON; of a secret
 * of several lines, each line too. Not covered: other encodings (base64, hex), and a part of a secret.
 */
export function maskOf(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .flatMap((secret) => [
      secret.trim(),
      ...secret
        .split(lineEnd)
        .map((part) => part.trim())
        .filter((part) => part.length >= shortestPart),
    ])
    .filter((form) => form !== '')
    // Where one secret begins as another does, the longer one is meant.
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return withoutCredentials;
  const pattern = new RegExp([...new Set(forms)].map(anyForm).join('|'), 'g');
  return (line) => withoutCredentials(line.replace(pattern, stars));
}

/** Hides the user and password of every URL in a text: mirrors and proxies are given so, and errors name them. */
export const withoutCredentials = (text: string): string => text.replace(/(:\/\/)[^\s/?#"']+@/g, `$1${stars}@`);

/** A pattern of a text each of whose characters may be encoded in any of the usual ways. */
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
      // The bare character last: a `%` that begins its own encoding is no `%` by itself.
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
