import type { Wanted } from '../wanted.ts';
import { type ForeignPath, foreignPath, hubName } from './foreign-path.ts';

/** What the author of a refused value took for the language, or the same value as the language writes it. */
export type Mistake = ForeignPath | { is: 'expression' | 'list-dash' | 'comment' | 'ollama-name' };

const booleans: Readonly<Record<string, string>> = {
  yes: 'true',
  on: 'true',
  y: 'true',
  no: 'false',
  off: 'false',
  n: 'false',
  true: 'true',
  false: 'false',
};

/** Finds the mistake in a value that is none of those wanted; undefined where it is none that people make. */
export function mistakeIn(value: unknown, wanted: readonly Wanted[]): Mistake | undefined {
  const wants = (...types: string[]) => wanted.some((each) => 'type' in each && types.includes(each.type));
  if (typeof value === 'number' || typeof value === 'boolean')
    return wants('boolean') && (value === 0 || value === 1)
      ? { is: 'spelling', write: String(value === 1) }
      : wants('string')
        ? { is: 'spelling', write: `"${value}"` }
        : undefined;
  if (typeof value !== 'string') return undefined;
  if (wants('number', 'integer')) {
    const number = numberIn(value.trim());
    if (number !== undefined) return { is: 'spelling', write: String(number) };
  }
  const word = value.trim().toLowerCase();
  if (wants('boolean') && Object.hasOwn(booleans, word)) return { is: 'spelling', write: booleans[word]! };
  if (wants('array')) return listIn(value);
  if (wanted.some((each) => 'artifact' in each && each.artifact === 'model')) {
    const name = hubName(value);
    if (name !== undefined) return { is: 'spelling', write: name };
    if (/^(?!modelscope:)[\w.-]+(?:\/[\w.-]+)?:[\w.-]+$/.test(value)) return { is: 'ollama-name' };
  }
  return foreignPath(value);
}

/** A number in quotes, or as people write it: `1_000`, `10%`, `0,1`, `1.0f`. */
function numberIn(text: string): number | undefined {
  if (/^[+-]?\d{1,3}(?:_\d{3})+$/.test(text)) return Number(text.replaceAll('_', ''));
  if (/^\d+(?:\.\d+)?\s*%$/.test(text)) return Number((Number.parseFloat(text) / 100).toPrecision(12));
  if (/^[+-]?\d+,\d+$/.test(text))
    return Number(/^[1-9]\d{0,2},\d{3}$/.test(text) ? text.replace(',', '') : text.replace(',', '.'));
  const plain = text.replace(/^["']|["'fL]$/g, '');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}

/** A list in one text: of lines whose dash lacks its space, of words with commas, or a command. */
function listIn(text: string): Mistake | undefined {
  if (/^-[^\s-]/.test(text)) return { is: 'list-dash' };
  const words = text.split(text.includes(',') ? ',' : /\s+/).map((word) => word.trim());
  return words.every((word) => /^[\w./=-]+$/.test(word))
    ? { is: 'spelling', write: `[${words.join(', ')}]` }
    : undefined;
}

/** Other spellings of a text, the likeliest first. */
const spellings: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => text.trim().replace(/^(?:hf|huggingface|modelscope|ms):(?:\/\/)?/, ''),
  (text) => text.trim().replace(/^models--(.+?)--/, '$1/'),
  (text) =>
    text
      .trim()
      .toLowerCase()
      .replace(/[\s_.]+/g, '-'),
  (text) => text.replace(/\s+/g, ''),
  (text) => text.replace(/^(\d+)\s*(d|h|m|s)[a-z]*$/i, (_, count: string, unit: string) => count + unit.toLowerCase()),
];

/** The text in a spelling that fulfils a rule. */
export function respelt(text: unknown, rules: readonly RegExp[]): Mistake | undefined {
  if (typeof text !== 'string' || text.length > 200) return undefined;
  const found = spellings
    .map((spell) => spell(text))
    .find((each) => each !== text && rules.some((rule) => rule.test(each)));
  return found === undefined ? undefined : { is: 'spelling', write: found };
}
