import { ExpressionError } from './expression-error.ts';

export interface Token {
  kind: 'number' | 'string' | 'name' | 'symbol' | 'end';
  text: string;
  value?: string | number;
  at: number;
  end: number;
}

const symbols = ['||', '&&', '==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '/', '!', '(', ')', ','];

/** Characters that other languages, and mathematics, have for our operators. */
const foreignOperators: Readonly<Record<string, string>> = {
  '≥': '>=',
  '≤': '<=',
  '≠': '!=',
  '∧': '&&',
  '∨': '||',
  '¬': '!',
  '&': '&&',
  '|': '||',
  '×': '*',
  '÷': '/',
};

/** Splits an expression into tokens; throws ExpressionError at the first character that begins none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const number = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(rest);
    const name = /^[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|\*(?!\w)))*/.exec(rest);
    const string = /^'(?:[^']|'')*'/.exec(rest);
    const symbol = symbols.find((candidate) => rest.startsWith(candidate));
    let token: Token;
    if (number) token = { kind: 'number', text: number[0], value: Number(number[0]), at, end: at + number[0].length };
    else if (name) token = { kind: 'name', text: name[0], at, end: at + name[0].length };
    else if (string) {
      const value = string[0].slice(1, -1).replaceAll("''", "'");
      token = { kind: 'string', text: string[0], value, at, end: at + string[0].length };
    } else if (symbol) token = { kind: 'symbol', text: symbol, at, end: at + symbol.length };
    else if (rest.startsWith('"')) throw new ExpressionError({ reason: 'double-quotes', facts: {} }, at);
    else if (rest.startsWith("'")) throw new ExpressionError({ reason: 'unclosed-string', facts: {} }, at, text.length);
    else if (rest.startsWith('=')) throw new ExpressionError({ reason: 'single-equals', facts: {} }, at);
    else {
      const operator = foreignOperators[rest[0]!];
      const facts = { character: rest[0]!, ...(operator === undefined ? {} : { operator }) };
      throw new ExpressionError({ reason: 'unexpected-character', facts }, at);
    }
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: text.length, end: text.length });
  return tokens;
}
