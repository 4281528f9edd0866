import { isOutcome, outcomes } from '../../run/conditions.ts';
import type { Outline } from '../outline.ts';
import { suggest } from '../spelling/suggest.ts';
import { type Argument, functions } from './functions.ts';
import { type Expression, ExpressionError } from './parse.ts';
import type { ExpressionProblem } from './problems.ts';
import { type Standing, typeOfName } from './type-of-name.ts';
import { isList, itemOf, type Type } from './types.ts';

/** Finds the type of an expression in a document; throws ExpressionError for the first mistake, with a suggestion. */
export function typeOf(expression: Expression, outline: Outline, standing: Standing = {}): Type {
  const check = (inner: Expression) => typeOf(inner, outline, standing);
  switch (expression.kind) {
    case 'literal':
      return expression.value === null ? 'null' : (typeof expression.value as Type);
    case 'name':
      return typeOfName(expression, outline, standing);
    case 'call':
      return typeOfCall(expression, check, standing);
    case 'unary':
      demand(expression.operand, check(expression.operand), expression.operator === '!' ? 'boolean' : 'number');
      return expression.operator === '!' ? 'boolean' : 'number';
    case 'binary':
      checkOutcome(expression);
      return typeOfBinary(expression, check(expression.left), check(expression.right));
  }
}

type Call = Extract<Expression, { kind: 'call' }>;

function typeOfCall(call: Call, check: (inner: Expression) => Type, { isCondition }: Standing): Type {
  const { name, args } = call;
  const definition = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!definition) {
    if (name === 'success') return fail({ reason: 'function-success', facts: {} }, call);
    return fail({ reason: 'unknown-function', facts: { name, ...suggest(name, Object.keys(functions)) } }, call);
  }
  if (definition.onlyIf && !isCondition) return fail({ reason: 'function-outside-if', facts: { name } }, call);
  if (args.length !== definition.args.length) {
    const facts = { name, wanted: definition.args.length, actual: args.length };
    return fail({ reason: 'wrong-argument-count', facts }, call);
  }
  const types = args.map((arg, index) => {
    const type = check(arg);
    demandArgument(arg, type, definition.args[index]!);
    return type;
  });
  if (name === 'min_by' || name === 'max_by') checkSameStep(call);
  if (definition.result !== 'item') return definition.result;
  const last = types.at(-1)!;
  return isList(last) ? itemOf(last) : 'unknown';
}

function demandArgument(arg: Expression, type: Type, wanted: Argument): void {
  if (type === 'unknown' || wanted === 'any') return;
  if (wanted === 'string' || wanted === 'number') {
    demand(arg, type, wanted);
    return;
  }
  const fits = isList(type) && (wanted === 'list' || type === 'number[]' || type === 'unknown[]');
  if (fits) return;
  fail({ reason: 'not-a-list', facts: { ofNumbers: wanted === 'numbers', actual: type } }, arg);
}

/** Positions in two lists belong to the same variant only when both lists are of one step. */
function checkSameStep(call: Call): void {
  const [a, b] = call.args.map((arg) => (arg.kind === 'name' ? arg.path[1] : undefined));
  if (a !== undefined && b !== undefined && a !== b)
    fail({ reason: 'lists-of-two-steps', facts: { name: call.name, steps: [a, b] } }, call);
}

/** An outcome is one of a few words; GitHub's own (`success`, `failure`) would never be equal to one. */
function checkOutcome({ left, right }: Extract<Expression, { kind: 'binary' }>): void {
  const [name, literal] = left.kind === 'name' ? [left, right] : [right, left];
  if (name.kind !== 'name' || !isOutcome(name) || literal.kind !== 'literal') return;
  if (typeof literal.value !== 'string' || (outcomes as readonly string[]).includes(literal.value)) return;
  fail({ reason: 'unknown-outcome', facts: { outcome: literal.value, known: outcomes } }, literal);
}

function typeOfBinary(expression: Extract<Expression, { kind: 'binary' }>, left: Type, right: Type): Type {
  const { operator } = expression;
  if (operator === '&&' || operator === '||') {
    demand(expression.left, left, 'boolean');
    demand(expression.right, right, 'boolean');
    return 'boolean';
  }
  const list = isList(left) ? expression.left : isList(right) ? expression.right : undefined;
  if (list) return fail({ reason: 'list-in-operation', facts: {} }, list);
  if (operator === '==' || operator === '!=') {
    const isComparable = left === right || [left, right].some((type) => type === 'null' || type === 'unknown');
    return isComparable ? 'boolean' : fail({ reason: 'never-equal', facts: { left, right } }, expression);
  }
  const compares = ['<', '<=', '>', '>='].includes(operator);
  if (
    [left, right].includes('unknown') &&
    [left, right].every((type) => ['unknown', 'string', 'number'].includes(type))
  )
    return compares ? 'boolean' : 'unknown';
  if (left === 'string' && right === 'string' && (compares || operator === '+')) return compares ? 'boolean' : 'string';
  demand(expression.left, left, 'number');
  demand(expression.right, right, 'number');
  return compares ? 'boolean' : 'number';
}

function demand(expression: Expression, actual: Type, wanted: Type): void {
  if (actual !== wanted && actual !== 'unknown') fail({ reason: 'wrong-type', facts: { wanted, actual } }, expression);
}

function fail(problem: ExpressionProblem, { at, end }: Expression): never {
  throw new ExpressionError(problem, at, end);
}
