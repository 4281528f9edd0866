import type { YAMLError } from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';
import { foreignPath } from '../spelling/foreign-path.ts';
import type { YamlProblem } from './problems.ts';

/** A problem, and a better place for it than the parser's. */
type Explained = YamlProblem & { at?: number; end?: number };

/** Explains the parser's first mistake. Those after it are mostly its echo, and are left out. */
export function explainYamlError(error: YAMLError, text: string): Diagnostic {
  const at = Math.min(error.pos[0], text.length);
  return { code: 'YAML', at, end: Math.max(error.pos[1], at + 1), ...explain(error, text, at) };
}

function explain(error: YAMLError, text: string, at: number): Explained {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
  const line = text.slice(lineStart, lineEnd);
  const before = text.slice(lineStart, at);

  const braces = /\$?\{\{/.exec(line);
  if (braces && !/^["']/.test(line.slice(braces.index - 1)) && /(?:^|[\s,[{:])$/.test(line.slice(0, braces.index))) {
    const start = lineStart + braces.index;
    return { reason: 'expression-without-quotes', facts: {}, at: start, end: start + braces[0].length };
  }
  const alias = /(?:^|[:\-,[{]\s+|[[{,])(\*[^\s,\]}]*)/.exec(line);
  if (alias && (error.code === 'BAD_ALIAS' || /alias/.test(error.message))) {
    const start = lineStart + alias.index + alias[0].length - alias[1]!.length;
    return { reason: 'missing-anchor', facts: { alias: alias[1]! }, at: start, end: start + alias[1]!.length };
  }
  if (/^(?:<{7}|={7}|>{7})(?: |$)/.test(line)) return { reason: 'conflict-marker', facts: {} };
  if (/^\s*```/.test(line)) return { reason: 'code-fence', facts: {} };
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { reason: 'tab-indentation', facts: {} };
    case 'BAD_INDENT':
      return /must be sufficiently indented/.test(error.message)
        ? openBracket(text, at)
        : { reason: 'wrong-indentation', facts: {}, ...firstWord(text, at) };
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) return unclosedQuote(error.message.includes('"') ? '"' : "'", text);
      if (/between flow/.test(error.message)) return { reason: 'missing-comma', facts: { orBracket: false } };
      return { reason: 'not-a-key-value', facts: {} };
    case 'BLOCK_IN_FLOW':
      return { reason: 'missing-comma', facts: { orBracket: true } };
    case 'MULTILINE_IMPLICIT_KEY':
      return { reason: 'not-a-key-value', facts: {} };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { reason: 'colon-in-value', facts: {} };
    case 'BAD_SCALAR_START':
      return { reason: 'bad-first-character', facts: { character: text[at] === ' ' ? '%' : (text[at] ?? '') } };
    case 'BAD_DQ_ESCAPE':
      if (windowsPathIn(line)) return { reason: 'windows-path', facts: { write: windowsPathIn(line)! } };
      return { reason: 'bad-escape', facts: { escape: text.slice(at, at + 2) } };
    case 'MULTIPLE_DOCS':
      return { reason: 'second-document', facts: {} };
    case 'TAG_RESOLVE_FAILED':
      return { reason: 'tag', facts: {} };
    case 'BAD_DIRECTIVE':
      return { reason: 'directive', facts: {} };
    case 'KEY_OVER_1024_CHARS':
      return { reason: 'key-too-long', facts: { max: 1024 } };
    case 'UNEXPECTED_TOKEN':
      if (/Block scalar header/.test(error.message)) return { reason: 'block-text', facts: {} };
      if (/["'][ \t]*$/.test(before))
        return { reason: 'text-after-quote', facts: { quote: before.trimEnd().slice(-1) } };
      if (/^[\]}]/.test(text.slice(at))) return { reason: 'closes-nothing', facts: { bracket: text[at]! } };
      return { reason: 'unexpected-text', facts: { text: text.slice(at, error.pos[1]).slice(0, 30) } };
    default:
      return { reason: 'parser-error', facts: { parser: error.message.split('\n')[0]! } };
  }
}

/** The bracket that is open where the parser gave up, or the comment that hides the one which closes it. */
function openBracket(text: string, at: number): Explained {
  const open: number[] = [];
  // A quoted text, a comment or a bracket. Inside brackets, a quote begins a value.
  for (const token of text.slice(0, at).matchAll(/(?<=[\s,:[{])(?:"(?:[^"\\]|\\.)*"|'[^']*')|(?<=\s)#.*|[[{\]}]/g)) {
    if (token[0].startsWith('#')) {
      if (open.length > 0 && /[\]}]/.test(token[0]))
        return { reason: 'comment-in-brackets', facts: {}, at: token.index, end: token.index + 1 };
    } else if (/^[[{]/.test(token[0])) open.push(token.index);
    else if (/^[\]}]/.test(token[0])) open.pop();
  }
  const from = open[0] ?? at;
  return { reason: 'unclosed-bracket', facts: { bracket: text[from] ?? '{' }, at: from, end: from + 1 };
}

/** A path of Windows in double quotes, as WSL names it. */
function windowsPathIn(line: string): string | undefined {
  const found = foreignPath(/"([A-Za-z]:\\[^"]*|\\\\[^"]*)"/.exec(line)?.[1] ?? '');
  return found?.is === 'windows-path' ? found.write : undefined;
}

/** The first word of a line, where the indentation before it is wrong. */
function firstWord(text: string, at: number) {
  const [blank = '', word = ''] = /^([ \t]*)(\S*)/.exec(text.slice(at))?.slice(1) ?? [];
  return word === '' ? {} : { at: at + blank.length, end: at + blank.length + word.length };
}

/** The parser notices at the end of the file; the reader wants the quote that was left open. */
function unclosedQuote(quote: string, text: string): Explained {
  const problem = { reason: 'unclosed-quote', facts: { quote } } as const;
  const opened = [...text.matchAll(/(?:^|[:\-,[{][ \t]+|[[{,])(["'])/gm)].filter((match) => match[1] === quote);
  for (const match of opened) {
    const at = match.index + match[0].length - 1;
    const close = quote === '"' ? /^"(?:[^"\\\n]|\\.)*"/ : /^'(?:[^'\n]|'')*'/;
    if (!close.test(text.slice(at))) return { ...problem, at, end: at + 1 };
  }
  return problem;
}
