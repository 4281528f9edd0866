import type { Lookalike, LookalikeKind } from '../../language/spelling/lookalikes.ts';
import type { Said } from './said.ts';

const names: Readonly<Record<string, string>> = {
  ':': 'colon',
  ',': 'comma',
  '.': 'full stop',
  '(': 'parenthesis',
  ')': 'parenthesis',
  '[': 'bracket',
  ']': 'bracket',
  '{': 'brace',
  '}': 'brace',
  '"': 'quotation mark',
  "'": 'quotation mark',
  '=': 'equals sign',
  '#': 'number sign',
  '*': 'asterisk',
  '/': 'slash',
  '-': 'hyphen',
  _: 'underscore',
};

const spaces: Readonly<Record<string, string>> = {
  '\u00a0': 'no-break space',
  '\u202f': 'narrow no-break space',
  '\u3000': 'ideographic space',
};

const invisible: Readonly<Record<string, string>> = {
  '\u00ad': 'soft hyphen',
  '\u200b': 'zero-width space',
  '\ufeff': 'byte order mark',
};

const dashes: Readonly<Record<string, string>> = {
  '\u2010': 'typographic hyphen',
  '\u2011': 'non-breaking hyphen',
  '\u2013': 'en dash',
  '\u2014': 'em dash',
  '\u2212': 'minus sign',
};

const nameOf: Readonly<Record<LookalikeKind, (character: string, meant: string) => string>> = {
  'full-width': (character, meant) =>
    `full-width ${shown(character === '；' ? 'semicolon' : names[meant.trim()], character)}`,
  ideographic: (character, meant) => `ideographic ${shown(names[meant], character)}`,
  curly: (character) => `curly quotation mark \`${character}\``,
  dash: (character) => `${dashes[character] ?? 'dash'} \`${character}\``,
  space: (character) => spaces[character] ?? 'typographic space',
  invisible: (character) => invisible[character] ?? 'invisible character',
  Cyrillic: (character) => `Cyrillic letter \`${character}\``,
  Greek: (character) => `Greek letter \`${character}\``,
};

const shown = (name: string | undefined, character: string) =>
  name === undefined ? `\`${character}\`` : `${name} \`${character}\``;

/** What a character is, and what to write in its place. */
export function lookalikeWords({ character, meant, kind }: Lookalike): Said {
  const point = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return {
    message: `${nameOf[kind](character, meant)} (U+${point})`,
    hint: meant === '' ? 'delete it' : meant === ' ' ? 'write a space' : `write \`${meant}\``,
  };
}
