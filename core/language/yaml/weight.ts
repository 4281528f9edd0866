import { Lexer } from 'yaml';

const deepest = 40;
const widestIndent = 400;
/** Keys, values, commas, brackets and line ends; a pipeline has some hundreds. */
const mostTokens = 50_000;
/** Indicators `-`, `?`, `:` with no value between them; the parser goes one level deeper at each. */
const mostInARow = 100;

export class TooHeavy extends Error {
  readonly at: number;
  readonly end: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
    this.end = at + 1;
  }
}

/**
 * Hands the lexer's tokens on to the parser as long as they do not exhaust it, and throws TooHeavy where they would: the
 * parser is recursive, collects an error for every misplaced token, and takes minutes for some thousand question marks.
 */
export function* weighed(text: string): Generator<string, void> {
  let at = 0;
  let tokens = 0;
  let depth = 0;
  let inARow = 0;
  const refuse = (message: string) => new TooHeavy(message, at);
  for (const token of new Lexer().lex(text)) {
    if (isMark(token)) {
      yield token;
      continue;
    }
    if (++tokens > mostTokens) throw refuse(`the document has more than ${mostTokens} words and signs`);
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (/^[-?:]$/.test(token)) inARow++;
    else if (token.trim() !== '') inARow = 0;
    const indent = token.length > widestIndent && token.trim() === '' && !token.includes('\n');
    if (depth > deepest || inARow > mostInARow || indent)
      throw refuse(`the document is nested deeper than ${deepest} levels`);
    at += token.length;
    yield token;
  }
}

/** Marks of the lexer's own that stand for no text: a document's start, the end of a broken flow map, a scalar. */
const isMark = (token: string) => token === '\u0002' || token === '\u0018' || token === '\u001f';
