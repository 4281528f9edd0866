import type { InvalidText } from '../../language/invalid-text.ts';
import type { YamlFacts } from '../../language/yaml/problems.ts';
import { cut, type WordsOf } from './said.ts';

export const invalidTextWords = {
  nul: 'contains a NUL character',
  'lone-surrogate': 'contains half of a character (a lone surrogate)',
} as const satisfies Record<InvalidText, string>;

const putInQuotes = 'put the value in quotes';

export const yamlWords: WordsOf<YamlFacts> = {
  'document-too-long': ({ max }) => `the document has more than ${max} characters`,
  'not-utf8': () => ({ message: 'the file is not UTF-8 text', hint: 'save it as UTF-8' }),
  'control-character': () => ({ message: 'the file contains a control character', hint: 'delete it' }),
  'too-many-tokens': ({ max }) => `the document has more than ${max} tokens`,
  'nested-too-deeply': ({ max }) => `the document is nested deeper than ${max} levels`,
  'parser-error': ({ parser }) => `not valid YAML: ${parser}`,
  'expression-without-quotes': () => ({
    message: 'an expression inside `{ }` or `[ ]` needs quotes, because YAML reads `{` as a map',
    hint: 'write "${{ … }}"',
  }),
  'missing-anchor': ({ alias }) => ({
    message: `YAML reads \`${alias}\` as a reference to the anchor \`&${alias.slice(1) || 'name'}\`, which does not exist`,
    hint: putInQuotes,
  }),
  'tab-indentation': () => ({ message: 'this line is indented with a tab', hint: 'indent with spaces' }),
  'wrong-indentation': () => 'the indentation of this line fits none of the lines above it',
  'unclosed-bracket': ({ bracket }) => `this \`${bracket}\` is never closed`,
  'comment-in-brackets': () => ({
    message: '`#` begins a comment, so the bracket behind it closes nothing',
    hint: putInQuotes,
  }),
  'unclosed-quote': ({ quote }) => `this ${quote} is never closed`,
  'missing-comma': ({ orBracket }) =>
    orBracket ? 'a comma or a closing bracket is missing here' : 'a comma is missing before this',
  'not-a-key-value': () => ({ message: 'this line is not `key: value`', hint: 'a colon needs a space after it' }),
  'conflict-marker': () => ({
    message: 'a conflict of git is not resolved here',
    hint: 'keep one of the two sides, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`',
  }),
  'code-fence': () => ({ message: 'this line belongs to the page that the text was copied from', hint: 'delete it' }),
  'windows-path': ({ write }) => ({ message: 'this is a path of Windows', hint: `in WSL, write \`${write}\`` }),
  'colon-in-value': () => ({
    message: 'this value contains a colon and a space, which YAML reads as a second key',
    hint: putInQuotes,
  }),
  'bad-first-character': ({ character }) => ({
    message: `a value cannot begin with the character ${character}`,
    hint: putInQuotes,
  }),
  'bad-escape': ({ escape: found }) => ({
    message: `in double quotes \`\\\` begins an escape, and \`${found}\` is not one`,
    hint: 'use single quotes',
  }),
  'second-document': () => ({
    message: 'the file contains a second document after `---`; a pipeline is one document',
    hint: 'delete the line, or give each pipeline a file of its own',
  }),
  tag: () => ({ message: 'YAML reads a value that begins with `!` as a tag', hint: putInQuotes }),
  directive: () => ({ message: 'a line that begins with `%` is a YAML directive', hint: 'delete the line' }),
  'key-too-long': ({ max }) => `this key has more than ${max} characters`,
  'block-text': () => ({ message: '`>` and `|` begin a text of several lines', hint: putInQuotes }),
  'text-after-quote': ({ quote }) => ({
    message: 'there is text after the closing quote',
    hint:
      quote === "'"
        ? "put double quotes around the whole value, or write `''` for an apostrophe"
        : 'put quotes around the whole value',
  }),
  'closes-nothing': ({ bracket }) => `this \`${bracket}\` closes nothing`,
  'unexpected-text': ({ text }) => `unexpected \`${text}\``,
  'invalid-text': ({ in: where, contains }) => `this ${where} ${invalidTextWords[contains]}`,
  'too-many-aliases': ({ max }) => `the document has more than ${max} aliases (\`*name\`)`,
  'alias-circle': ({ alias }) => `\`${alias}\` refers to a value that contains it`,
  'too-many-values': ({ max, expanded }) =>
    `the document has more than ${max} values${expanded ? ', aliases expanded' : ''}`,
  'duplicate-key': ({ key }) => `duplicate key "${cut(key)}"`,
  'braces-as-key': () => ({
    message: '`{{` begins a map inside a map',
    hint: 'write an expression in quotes: "${{ … }}"',
  }),
  'key-not-text': () => 'a key must be plain text',
  'forbidden-key': ({ key }) => `"${key}" is not allowed as a key`,
  'on-as-true': () => ({
    message: 'a program that reads YAML 1.1 has written the key `on` as `true`',
    hint: 'write `on:`',
  }),
  'comma-in-number': ({ text, write }) => ({
    message: `a comma ends a value inside \`{ }\`, so \`${text}\` is two values`,
    hint: `write \`${write}\``,
  }),
  'python-none': () => ({
    message: '`None` is a text of four letters in YAML',
    hint: 'leave the key out; a text that is meant goes in quotes',
  }),
  'json-comment': () => ({ message: '`//` begins no comment in YAML', hint: 'write `#`, or delete the line' }),
  'colon-without-space': ({ text }) => ({
    message: `\`${cut(text)}\` is one text, because a colon needs a space after it`,
    hint: `write \`${cut(text).replace(':', ': ')}\``,
  }),
  'merge-key': () => ({ message: 'merge keys (`<<`) are not supported', hint: 'write the options out' }),
};
