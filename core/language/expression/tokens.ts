/** `at` and `end` are offsets into the expression's own text. */
export class ExpressionError extends Error {
  readonly at: number;
  readonly end: number;
  constructor(message: string, at: number, end: number = at + 1) {
    super(message);
    this.at = at;
    this.end = Math.max(end, at + 1);
  }
}

export interface Token {
  kind: 'number' | 'string' | 'name' | 'symbol' | 'end';
  text: string;
  value?: string | number;
  at: number;
  end: number;
}

const symbols = ['||', '&&', '==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '/', '!', '(', ')', ','];

/** Words and signs of one expression; throws ExpressionError at the first character that is none. */
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
    else if (rest.startsWith('"')) throw new ExpressionError("strings are written in single quotes: 'text'", at);
    else if (rest.startsWith("'")) throw new ExpressionError('this string has no closing quote', at, text.length);
    else if (rest.startsWith('=')) throw new ExpressionError('`=` is not an operator; did you mean `==`?', at);
    else throw new ExpressionError(`unexpected character ${JSON.stringify(rest[0])}`, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: 'end of expression', at: text.length, end: text.length });
  return tokens;
}
