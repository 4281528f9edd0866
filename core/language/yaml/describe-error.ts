import type { YAMLError } from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';

/** Words the parser's first mistake; those after it are mostly its echo, and are left out. */
export function describeYamlError(error: YAMLError, text: string): Diagnostic {
  const at = Math.min(error.pos[0], text.length);
  const { message, ...place } = explain(error, text, at);
  return { code: 'YAML', message, at, end: Math.max(error.pos[1], at + 1), ...place };
}

function explain(error: YAMLError, text: string, at: number): { message: string; at?: number; end?: number } {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
  const line = text.slice(lineStart, lineEnd);
  const before = text.slice(lineStart, at);

  const braces = /\$?\{\{/.exec(line);
  if (braces && !/^["']/.test(line.slice(braces.index - 1)) && /(?:^|[\s,[{:])$/.test(line.slice(0, braces.index))) {
    return {
      message: 'an expression inside `{ }` or `[ ]` needs quotes, since YAML reads `{` as a map: "${{ … }}"',
      at: lineStart + braces.index,
      end: lineStart + braces.index + braces[0].length,
    };
  }
  const alias = /(?:^|[:\-,[{]\s+|[[{,])(\*[^\s,\]}]*)/.exec(line);
  if (alias && (error.code === 'BAD_ALIAS' || /alias/.test(error.message))) {
    const start = lineStart + alias.index + alias[0].length - alias[1]!.length;
    return { message: aliasMessage(alias[1]!), at: start, end: start + alias[1]!.length };
  }
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message: 'this line is indented with a tab; YAML takes only spaces' };
    case 'BAD_INDENT':
      return {
        ...firstWord(text, at),
        message: /must be sufficiently indented/.test(error.message)
          ? `a \`${error.message.includes('}') ? '{' : '['}\` that was opened above is not closed before this line`
          : 'this line is indented neither like its neighbours nor deeper than the line it belongs to',
      };
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) return unclosedQuote(error.message.includes('"') ? '"' : "'", text);
      if (/between flow/.test(error.message)) return { message: 'a comma is missing before this' };
      return { message: 'this line needs a key, a colon and a space: `key: value`' };
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      return error.code === 'BLOCK_IN_FLOW'
        ? { message: 'a comma or a closing bracket is missing here' }
        : { message: 'this line has no `key: value`; a colon needs a space after it' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { message: 'this value holds a colon and a space, which YAML reads as a second key; put it in quotes' };
    case 'BAD_SCALAR_START':
      return {
        message: `no value can begin with the character ${text[at] === ' ' ? '%' : text[at]} unless it stands in quotes`,
      };
    case 'BAD_DQ_ESCAPE':
      return {
        message: `in double quotes \`\\\` begins an escape, and \`${text.slice(at, at + 2)}\` is none; use single quotes`,
      };
    case 'MULTIPLE_DOCS':
      return { message: 'the file holds a second document after `---`; a pipeline is one document' };
    case 'TAG_RESOLVE_FAILED':
      return tagMessage;
    case 'BAD_DIRECTIVE':
      return { message: 'a line that begins with `%` is a YAML directive; a pipeline needs none' };
    case 'KEY_OVER_1024_CHARS':
      return { message: 'this key has more than 1024 characters' };
    case 'UNEXPECTED_TOKEN':
      if (/Block scalar header/.test(error.message))
        return { message: '`>` and `|` begin a text of several lines; put this value in quotes' };
      if (/["'][ \t]*$/.test(before))
        return { message: 'something stands after the closing quote; put quotes around the whole value' };
      if (/^[\]}]/.test(text.slice(at))) return { message: `this \`${text[at]}\` closes nothing` };
      return { message: `\`${text.slice(at, error.pos[1]).slice(0, 30)}\` was not expected here` };
    default:
      return { message: error.message.split('\n')[0]!.replace(/^./, (first) => first.toLowerCase()) };
  }
}

export const tagMessage = { message: 'a value that begins with `!` is a YAML tag; put it in quotes' };

export const aliasMessage = (alias: string) =>
  `YAML reads \`${alias}\` as a reference to an anchor \`&${alias.slice(1) || 'name'}\`, which is not there; put the value in quotes`;

/** Where a line's indentation is wrong, its first word is shown. */
function firstWord(text: string, at: number) {
  const [blank = '', word = ''] = /^([ \t]*)(\S*)/.exec(text.slice(at))?.slice(1) ?? [];
  return word === '' ? {} : { at: at + blank.length, end: at + blank.length + word.length };
}

/** The parser notices at the end of the file; the reader wants the quote that was left open. */
function unclosedQuote(quote: string, text: string): { message: string; at?: number; end?: number } {
  const message = `this ${quote} is never closed`;
  const opened = [...text.matchAll(/(?:^|[:\-,[{][ \t]+|[[{,])(["'])/gm)].filter((match) => match[1] === quote);
  for (const match of opened) {
    const at = match.index + match[0].length - 1;
    const close = quote === '"' ? /^"(?:[^"\\\n]|\\.)*"/ : /^'(?:[^'\n]|'')*'/;
    if (!close.test(text.slice(at))) return { message, at, end: at + 1 };
  }
  return { message };
}
