import { ExpressionError } from './expression-error.ts';
import { type Token, tokenize } from './tokens.ts';

export { ExpressionError };

/**
 * The language inside `${{ }}` and `if`: literals, dotted names, comparison, arithmetic, `&& || !` and a few functions.
 * It has no clock, no randomness and no access to anything but its scope, so replayed code may evaluate it.
 */
export type Expression =
  | { kind: 'literal'; value: string | number | boolean | null; at: number; end: number }
  | { kind: 'name'; path: string[]; at: number; end: number }
  | { kind: 'call'; name: string; args: Expression[]; at: number; end: number }
  | { kind: 'unary'; operator: '!' | '-'; operand: Expression; at: number; end: number }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression; at: number; end: number };

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/';

/** Deeper nesting has no use, and would exhaust the stack at some point. */
const maxDepth = 64;
/** A chain of operators makes a tree as deep as the chain is long. Characters. */
const maxExpressionLength = 2000;

const levels: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];

/** Operators of Python and SQL → ours. */
const wordOperators = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['is', '=='],
  ['not', '!'],
]);

/** Parses one expression; throws ExpressionError with the offset of the first mistake. */
export function parseExpression(text: string): Expression {
  if (text.length > maxExpressionLength) {
    const problem = { reason: 'expression-too-long', facts: { max: maxExpressionLength } } as const;
    throw new ExpressionError(problem, 0, text.length);
  }
  const tokens = tokenize(text);
  let index = 0;
  let depth = 0;
  const peek = () => tokens[index]!;
  const isSymbol = (text: string) => peek().kind === 'symbol' && peek().text === text;

  function expect(text: string): Token {
    if (isSymbol(text)) return tokens[index++]!;
    throw new ExpressionError(
      { reason: 'missing-token', facts: { wanted: text, ...found(peek()) } },
      peek().at,
      peek().end,
    );
  }

  function binary(level: number): Expression {
    const operators = levels[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    while (peek().kind === 'symbol' && (operators as readonly string[]).includes(peek().text)) {
      const operator = tokens[index++]!.text as BinaryOperator;
      const right = binary(level + 1);
      left = { kind: 'binary', operator, left, right, at: left.at, end: right.end };
    }
    return left;
  }

  function unary(): Expression {
    if (++depth > maxDepth)
      throw new ExpressionError({ reason: 'expression-too-deep', facts: { max: maxDepth } }, peek().at);
    try {
      const token = peek();
      if (isSymbol('!') || isSymbol('-')) {
        index++;
        const operand = unary();
        return { kind: 'unary', operator: token.text as '!' | '-', operand, at: token.at, end: operand.end };
      }
      return primary();
    } finally {
      depth--;
    }
  }

  function primary(): Expression {
    const token = tokens[index++]!;
    const { at, end } = token;
    if (token.kind === 'number' || token.kind === 'string') return { kind: 'literal', value: token.value!, at, end };
    if (token.kind === 'name') {
      if (isSymbol('(')) {
        index++;
        const args: Expression[] = [];
        while (!isSymbol(')')) {
          args.push(binary(0));
          if (!isSymbol(')')) expect(',');
        }
        return { kind: 'call', name: token.text, args, at, end: expect(')').end };
      }
      const constants: Record<string, boolean | null> = { true: true, false: false, null: null };
      if (Object.hasOwn(constants, token.text)) return { kind: 'literal', value: constants[token.text]!, at, end };
      return { kind: 'name', path: token.text.split('.'), at, end };
    }
    if (token.kind === 'symbol' && token.text === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    throw new ExpressionError({ reason: 'missing-value', facts: found(token) }, at, end);
  }

  const result = binary(0);
  if (peek().kind !== 'end') {
    const { text: token, at, end } = peek();
    const operator = wordOperators.get(token);
    const facts = { found: token, ...(operator === undefined ? {} : { operator }) };
    throw new ExpressionError({ reason: 'unexpected-token', facts }, at, end);
  }
  return result;
}

const found = (token: Token) => (token.kind === 'end' ? {} : { found: token.text });

export interface TemplatePart {
  /** Literal text, or the source of an expression and where it starts in the whole string. */
  text: string;
  expression?: Expression;
  at: number;
}

/** Every check of a document parses its strings, and the start of a step does so again. */
const parsed = new Map<string, readonly TemplatePart[]>();
/** Strings. */
const maxParsed = 2_000;

/** Splits `a ${{ b }} c`. `$${{` stands for a literal `${{`. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const known = parsed.get(text);
  if (known) return known;
  const parts = splitTemplate(text);
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(text, parts);
  return parts;
}

function splitTemplate(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  let literal = '';
  const flush = () => {
    if (literal) parts.push({ text: literal, at });
    literal = '';
  };
  while (at < text.length) {
    if (text.startsWith('$${{', at)) {
      literal += '${{';
      at += 4;
    } else if (text.startsWith('${{', at)) {
      flush();
      const close = closingBraces(text, at + 3);
      if (close < 0) throw new ExpressionError({ reason: 'unclosed-expression', facts: {} }, at, text.length);
      const source = text.slice(at + 3, close);
      try {
        parts.push({ text: source, expression: parseExpression(source), at: at + 3 });
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        throw error.movedBy(at + 3);
      }
      at = close + 2;
    } else literal += text[at++];
  }
  flush();
  return parts;
}

/** `}}` inside a quoted string does not close. */
function closingBraces(text: string, from: number): number {
  let inString = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") inString = !inString;
    if (!inString && text.startsWith('}}', at)) return at;
  }
  return -1;
}

export const hasExpression = (text: string) => text.includes('${{');

/** Lists every dotted name in an expression, for dependencies and checks. */
export function namesIn(expression: Expression): Extract<Expression, { kind: 'name' }>[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'name':
      return [expression];
    case 'call':
      return expression.args.flatMap(namesIn);
    case 'unary':
      return namesIn(expression.operand);
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
  }
}
