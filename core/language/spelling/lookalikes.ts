/** A character that looks like another one, and what was meant by it. */
export interface Lookalike {
  character: string;
  /** What temper's language has in its place; empty where the character stands for nothing. */
  meant: string;
  kind: LookalikeKind;
}

export type LookalikeKind = 'full-width' | 'ideographic' | 'curly' | 'dash' | 'space' | 'invisible' | Script;
type Script = 'Cyrillic' | 'Greek';

/** Per kind: characters, and at the same index what each stands for. One meaning stands for all. */
const groups: readonly (readonly [LookalikeKind, string, string])[] = [
  // YAML has no semicolon: a comma is meant.
  ['full-width', '；', ','],
  ['ideographic', '、。【】〔〕「」『』《》〈〉', ',.[][]""""<><>'],
  ['curly', '“”„‟«»', '"'],
  ['curly', '‘’‚‛´′', "'"],
  ['dash', '\u2010\u2011\u2012\u2013\u2014\u2015\u2212', '-'],
  ['space', '\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000', ' '],
  ['invisible', '\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff', ''],
  ['Cyrillic', 'аеіорсухѕјАВЕКМНОРСТХ', 'aeiopcyxsjABEKMHOPCTX'],
  ['Greek', 'οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'oABEZHIKMNOPTYX'],
];

const known = new Map<string, Lookalike>(
  groups.flatMap(([kind, characters, meant]) =>
    [...characters].map((character, at) => [
      character,
      { character, kind, meant: meant.length > 1 ? meant[at]! : meant },
    ]),
  ),
);

/** The full-width forms stand in the order of ASCII. */
const fullWidth = /[\uff01-\uff5e]/;
const any = new RegExp(`${fullWidth.source}|[${[...known.keys()].join('')}]`, 'g');

const lookalikeOf = (character: string): Lookalike =>
  known.get(character) ?? {
    character,
    kind: 'full-width',
    meant: String.fromCharCode(character.charCodeAt(0) - 0xff01 + 0x21),
  };

/** Every lookalike of a text with its offset. */
export const findLookalikes = (text: string): (Lookalike & { at: number })[] =>
  [...text.matchAll(any)].map((match) => ({ ...lookalikeOf(match[0]), at: match.index }));

const cjkLetter =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** Whether a place of a text is beside a letter of a script that has such characters of its own. */
export const isBesideLetter = (text: string, at: number): boolean =>
  cjkLetter.test(text[at - 1] ?? '') || cjkLetter.test(text[at + 1] ?? '');

/** The text with each lookalike replaced, at its old length. */
export const withoutLookalikes = (text: string): string =>
  text.replaceAll(any, (character) => lookalikeOf(character).meant || ' ');
