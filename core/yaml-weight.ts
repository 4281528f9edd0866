import { Lexer } from 'yaml';

const deepest = 40;
const widestIndent = 400;
/** Keys, values, commas, brackets and line ends; a pipeline has some hundreds. */
const mostTokens = 50_000;
/** Indicators `-`, `?`, `:` with no value between them; the parser goes one level deeper at each. */
const mostInARow = 100;

/**
 * What would exhaust the parser, found by its lexer alone: the parser is recursive, collects an error for every
 * misplaced token, and takes minutes for some thousand question marks.
 */
export function tooHeavy(text: string): { message: string; at: number; end: number } | undefined {
  let at = 0;
  let tokens = 0;
  let depth = 0;
  let inARow = 0;
  const refuse = (message: string) => ({ message, at, end: at + 1 });
  for (const token of new Lexer().lex(text)) {
    if (isMark(token)) continue;
    if (++tokens > mostTokens) return refuse(`the document has more than ${mostTokens} words and signs`);
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (/^[-?:]$/.test(token)) inARow++;
    else if (token.trim() !== '') inARow = 0;
    const indent = token.length > widestIndent && token.trim() === '' && !token.includes('\n');
    if (depth > deepest || inARow > mostInARow || indent)
      return refuse(`the document is nested deeper than ${deepest} levels`);
    at += token.length;
  }
  return undefined;
}

/** Marks of the lexer's own that stand for no text: a document's start, the end of a broken flow map, a scalar. */
const isMark = (token: string) => token === '\u0002' || token === '\u0018' || token === '\u001f';
