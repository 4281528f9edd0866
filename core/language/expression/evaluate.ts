import type { Handle, Json } from '../../handles.ts';
import { isRecord, looksLikeHandle, mapLeaves } from '../../json.ts';
import { type Argument, functions } from './functions.ts';
import { type Expression, ExpressionError, hasExpression, namesIn, parseTemplate } from './parse.ts';
import type { ExpressionProblem } from './problems.ts';
import type { Type } from './types.ts';

/** The values of names: `{ inputs, steps, run, … }`, nested records. `failure` is the result of the function of that name. */
export type Scope = Readonly<Record<string, unknown>>;

/** Evaluates with the values of `scope`. A name without a value throws ExpressionError; it is never an empty string. */
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
      if (b === 0) fail({ reason: 'division-by-zero', facts: {} }, expression.right);
      return a / b;
  }
}

function call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Json | Handle {
  const { name } = expression;
  const definition = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!definition) return fail({ reason: 'unknown-function', facts: { name } }, expression);
  if (name === 'always') return true;
  if (name === 'failure') return scope.failure === true;
  const args = expression.args.map((arg) => evaluate(arg, scope));
  args.forEach((arg, index) => {
    const wanted = definition.args[index];
    if (wanted === undefined) {
      const facts = { name, wanted: definition.args.length, actual: args.length };
      fail({ reason: 'wrong-argument-count', facts }, expression);
    } else if (!fits(arg, wanted)) fail(wrongArgument(wanted, typeOf(arg)), expression.args[index]!);
  });
  const value = (definition.apply as (...values: unknown[]) => Json | undefined)(...args);
  return value === undefined ? fail(nothingToChoose(expression, args), expression) : value;
}

function fits(value: unknown, wanted: Argument): boolean {
  if (wanted === 'any') return true;
  return wanted === 'list' || wanted === 'numbers' ? Array.isArray(value) : typeof value === wanted;
}

function wrongArgument(wanted: Argument, actual: Type): ExpressionProblem {
  return wanted === 'list' || wanted === 'numbers'
    ? { reason: 'not-a-list', facts: { ofNumbers: wanted === 'numbers', actual } }
    : { reason: 'wrong-type', facts: { wanted: wanted === 'any' ? 'unknown' : wanted, actual } };
}

function nothingToChoose(call: Extract<Expression, { kind: 'call' }>, values: readonly unknown[]): ExpressionProblem {
  const { name, args } = call;
  const list = args[0]?.kind === 'name' ? { list: args[0].path.join('.') } : {};
  const isEmpty = (values[0] as readonly unknown[]).length === 0;
  return { reason: 'nothing-to-choose', facts: { name, ...list, isEmpty } };
}

function lookUp(name: Extract<Expression, { kind: 'name' }>, scope: Scope): Json | Handle {
  const value = follow(scope, name.path);
  return value === undefined ? fail(whyAbsent(name.path, scope), name) : (value as Json | Handle);
}

/** `*` means all instances of a step: the rest of the path is read from each. */
function follow(value: unknown, path: readonly string[]): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const inner = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  if (part !== '*' || !Array.isArray(inner)) return inner === undefined ? undefined : follow(inner, rest);
  const items = inner.map((item) => follow(item, rest));
  return items.includes(undefined) ? undefined : items;
}

function whyAbsent(path: readonly string[], scope: Scope): ExpressionProblem {
  const step = path[0] === 'steps' ? follow(scope, path.slice(0, 2)) : undefined;
  const outcome = isRecord(step) ? step.outcome : undefined;
  if (path[2] === 'outputs' && typeof outcome === 'string' && outcome !== 'succeeded')
    return { reason: 'step-without-output', facts: { step: path[1]!, output: path[3] ?? '', outcome } };
  return { reason: 'no-value', facts: { name: path.join('.') } };
}

function typeOf(value: unknown): Type {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'unknown[]';
  if (looksLikeHandle(value)) return value.kind;
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'unknown';
}

function boolean(value: unknown, at: Expression): boolean {
  if (typeof value === 'boolean') return value;
  return fail({ reason: 'wrong-type', facts: { wanted: 'boolean', actual: typeOf(value) } }, at);
}

function number(value: unknown, at: Expression): number {
  if (typeof value === 'number') return value;
  return fail({ reason: 'wrong-type', facts: { wanted: 'number', actual: typeOf(value) } }, at);
}

function fail(problem: ExpressionProblem, { at, end }: Expression): never {
  throw new ExpressionError(problem, at, end);
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
        throw new ExpressionError({ reason: 'list-in-text', facts: {} }, part.at, part.at + part.text.length);
      return String(value);
    })
    .join('');
}

/** Lists the contexts (`inputs`, `steps`, `secrets`, …) that the expressions of a string read. */
export function contextsIn(text: string): Set<string> {
  if (!hasExpression(text)) return new Set();
  return new Set(
    parseTemplate(text).flatMap((part) =>
      part.expression ? namesIn(part.expression).map((name) => name.path[0]!) : [],
    ),
  );
}

/**
 * Fills every string of a step's options from `scope`. Strings that read a context of `leave` stay as they are: the
 * worker that uses a secret fills it, so that it never enters the history.
 * `again`: the options will be filled once more, so a `${{` inside a value is escaped. `unknown: 'leave'`: a string whose
 * value the scope does not have stays as it is too.
 */
export function fillOptions(
  options: Json,
  scope: Scope,
  leave: readonly string[] = ['secrets'],
  { again = false, unknown = 'fail' as 'fail' | 'leave' } = {},
): Json {
  return mapLeaves(options, (leaf) => {
    if (typeof leaf !== 'string' || !hasExpression(leaf)) return leaf;
    const contexts = contextsIn(leaf);
    if (leave.some((context) => contexts.has(context))) return leaf;
    const filled = fillOrLeave(leaf, scope, unknown);
    if (filled === undefined) return leaf;
    // A function, because `$$` in a replacement text means one dollar.
    return again && typeof filled === 'string' ? filled.replaceAll('${{', () => '$${{') : filled;
  });
}

function fillOrLeave(text: string, scope: Scope, unknown: 'fail' | 'leave'): Json | undefined {
  try {
    return fillTemplate(text, scope) as Json;
  } catch (error) {
    if (unknown === 'leave' && error instanceof ExpressionError) return undefined;
    throw error;
  }
}
