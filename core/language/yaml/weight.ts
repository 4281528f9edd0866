import { Lexer } from 'yaml';
import type { YamlProblem } from './problems.ts';

/** Levels of brackets. */
const maxDepth = 40;
/** Columns. */
const maxIndent = 400;
/** Keys, values, commas, brackets and line ends; a pipeline has some hundreds. */
const maxTokens = 50_000;
/** Indicators `-`, `?`, `:` with no value between them; the parser goes one level deeper at each. */
const maxIndicators = 100;

/** A document that would exhaust the parser, and the offset where it would. */
export class TooHeavy extends Error {
  readonly problem: YamlProblem;
  readonly at: number;
  constructor(problem: YamlProblem, at: number) {
    super(problem.reason);
    this.problem = problem;
    this.at = at;
  }
}

/**
 * Passes the lexer's tokens on to the parser, and throws TooHeavy where they would exhaust it: the parser is recursive,
 * collects an error for every misplaced token, and takes minutes for a thousand question marks.
 */
export function* weighed(text: string): Generator<string, void> {
  let at = 0;
  let tokens = 0;
  let depth = 0;
  let indicators = 0;
  for (const token of new Lexer().lex(text)) {
    if (isMark(token)) {
      yield token;
      continue;
    }
    if (++tokens > maxTokens) throw new TooHeavy({ reason: 'too-many-tokens', facts: { max: maxTokens } }, at);
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (/^[-?:]$/.test(token)) indicators++;
    else if (token.trim() !== '') indicators = 0;
    const indent = token.length > maxIndent && token.trim() === '' && !token.includes('\n');
    if (depth > maxDepth || indicators > maxIndicators || indent)
      throw new TooHeavy({ reason: 'nested-too-deeply', facts: { max: maxDepth } }, at);
    at += token.length;
    yield token;
  }
}

/** The lexer's own marks, which have no text: the start of a document, the end of a broken flow map, a scalar. */
const isMark = (token: string) => token === '\u0002' || token === '\u0018' || token === '\u001f';
