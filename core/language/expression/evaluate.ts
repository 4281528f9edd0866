import type { Handle, Json } from '../../handles.ts';
import { isRecord, looksLikeHandle, mapLeaves } from '../../json.ts';
import { type Argument, functions } from './functions.ts';
import { type Expression, ExpressionError, hasExpression, namesIn, parseTemplate } from './parse.ts';

/** What names mean: `{ inputs, steps, run, … }`, nested records. `failure`: what the function of that name answers. */
export type Scope = Readonly<Record<string, unknown>>;

/** Evaluates with the values of `scope`; a name without a value is an error, never an empty string. */
export function evaluate(expression: Expression, scope: Scope): Json | Handle {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return lookUp(expression, scope);
    case 'call':
      return call(expression, scope);
    case 'unary': {
      const value = evaluate(expression.operand, scope);
      if (expression.operator === '!') return !boolean(value, expression.operand);
      return -number(value, expression.operand);
    }
    case 'binary':
      return evaluateBinary(expression, scope);
  }
}

function evaluateBinary(expression: Extract<Expression, { kind: 'binary' }>, scope: Scope): Json {
  const { operator } = expression;
  const left = evaluate(expression.left, scope);
  if (operator === '&&')
    return boolean(left, expression.left) && boolean(evaluate(expression.right, scope), expression.right);
  if (operator === '||')
    return boolean(left, expression.left) || boolean(evaluate(expression.right, scope), expression.right);
  const right = evaluate(expression.right, scope);
  if (operator === '==') return same(left, right);
  if (operator === '!=') return !same(left, right);
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if (typeof left === 'string' && typeof right === 'string') {
    if (operator === '<') return left < right;
    if (operator === '<=') return left <= right;
    if (operator === '>') return left > right;
    if (operator === '>=') return left >= right;
  }
  const a = number(left, expression.left);
  const b = number(right, expression.right);
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw new ExpressionError('division by zero', expression.right.at, expression.right.end);
      return a / b;
  }
}

function call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Json | Handle {
  const { name, at, end } = expression;
  const definition = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!definition) throw new ExpressionError(`there is no function \`${name}\``, at, end);
  if (name === 'always') return true;
  if (name === 'failure') return scope.failure === true;
  const args = expression.args.map((arg) => evaluate(arg, scope));
  args.forEach((arg, index) => {
    const wanted = definition.args[index];
    if (wanted === undefined || !fits(arg, wanted))
      throw new ExpressionError(
        `\`${name}\` needs ${wanted === undefined ? 'a shorter list of arguments' : argumentWords[wanted]} here, got ${typeOf(arg)}`,
        at,
        end,
      );
  });
  const value = (definition.apply as (...values: unknown[]) => Json | undefined)(...args);
  if (value === undefined) throw new ExpressionError(nothingToChoose(expression, args), at, end);
  return value;
}

function fits(value: unknown, wanted: Argument): boolean {
  if (wanted === 'any') return true;
  return wanted === 'list' || wanted === 'numbers' ? Array.isArray(value) : typeof value === wanted;
}

const argumentWords: Readonly<Record<Argument, string>> = {
  string: 'a text',
  number: 'a number',
  numbers: 'a list of numbers',
  list: 'a list',
  any: 'a value',
};

function nothingToChoose({ name, args }: Extract<Expression, { kind: 'call' }>, values: readonly unknown[]): string {
  const [first] = args;
  const list = first?.kind === 'name' ? `\`${first.path.join('.')}\`` : 'its list';
  const isEmpty = (values[0] as readonly unknown[]).length === 0;
  return `\`${name}\` has nothing to choose from: ${list} ${isEmpty ? 'is empty, since no variant has ended well' : 'holds no number'}`;
}

function lookUp(name: Extract<Expression, { kind: 'name' }>, scope: Scope): Json | Handle {
  const value = follow(scope, name.path);
  if (value === undefined) throw new ExpressionError(whyAbsent(name.path, scope), name.at, name.end);
  return value as Json | Handle;
}

/** `*` stands for all instances of a step: what follows it is read from each. */
function follow(value: unknown, path: readonly string[]): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const inner = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  if (part !== '*' || !Array.isArray(inner)) return inner === undefined ? undefined : follow(inner, rest);
  const items = inner.map((item) => follow(item, rest));
  return items.includes(undefined) ? undefined : items;
}

function whyAbsent(path: readonly string[], scope: Scope): string {
  const step = path[0] === 'steps' ? follow(scope, path.slice(0, 2)) : undefined;
  const outcome = isRecord(step) ? step.outcome : undefined;
  if (path[2] === 'outputs' && typeof outcome === 'string' && outcome !== 'succeeded')
    return `step "${path[1]}" ${outcome === 'failed' ? 'has failed' : `was ${outcome}`}, so it has given no output "${path[3]}"`;
  return `\`${path.join('.')}\` has no value`;
}

const typeOf = (value: unknown) =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : looksLikeHandle(value)
        ? `an artifact (${value.kind})`
        : `a ${typeof value}`;

function boolean(value: unknown, at: Expression): boolean {
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`needs true or false here, got ${typeOf(value)}`, at.at, at.end);
}

function number(value: unknown, at: Expression): number {
  if (typeof value === 'number') return value;
  throw new ExpressionError(`needs a number here, got ${typeOf(value)}`, at.at, at.end);
}

const same = (left: unknown, right: unknown) =>
  looksLikeHandle(left) && looksLikeHandle(right) ? left.digest === right.digest : left === right;

/** Fills a string: a whole-value expression keeps its type, an embedded one becomes text. */
export function fillTemplate(text: string, scope: Scope): Json | Handle {
  if (!hasExpression(text)) return text;
  const parts = parseTemplate(text);
  if (parts.length === 1 && parts[0]!.expression) return evaluate(parts[0]!.expression, scope);
  return parts
    .map((part) => {
      if (!part.expression) return part.text;
      const value = evaluate(part.expression, scope);
      if (looksLikeHandle(value)) return value.uri.replace(/^ollama:/, '');
      if (value !== null && typeof value === 'object')
        throw new ExpressionError(
          'a list cannot be put into text; write `json(…)`',
          part.at,
          part.at + part.text.length,
        );
      return String(value);
    })
    .join('');
}

/** Which contexts (`inputs`, `steps`, `secrets`, …) the expressions of a string read. */
export function contextsIn(text: string): Set<string> {
  if (!hasExpression(text)) return new Set();
  return new Set(
    parseTemplate(text).flatMap((part) =>
      part.expression ? namesIn(part.expression).map((name) => name.path[0]!) : [],
    ),
  );
}

/**
 * Fills every string of a step's options from `scope`. Strings that read one of `leave` stay as they are:
 * secrets are filled by the worker that uses them, so that they never enter history.
 * `again`: the options will be filled once more, so what a value brings must not be taken for an expression then.
 */
export function fillOptions(
  options: Json,
  scope: Scope,
  leave: readonly string[] = ['secrets'],
  { again = false } = {},
): Json {
  return mapLeaves(options, (leaf) => {
    if (typeof leaf !== 'string' || !hasExpression(leaf)) return leaf;
    const contexts = contextsIn(leaf);
    if (leave.some((context) => contexts.has(context))) return leaf;
    const filled = fillTemplate(leaf, scope) as Json;
    // A function, since `$$` in a replacement text means one dollar.
    return again && typeof filled === 'string' ? filled.replaceAll('${{', () => '$${{') : filled;
  });
}
