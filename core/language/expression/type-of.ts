import { isOutcome, outcomes } from '../../run/conditions.ts';
import type { Outline } from '../outline.ts';
import { didYouMean, listKnown } from '../suggest.ts';
import { type Argument, functions } from './functions.ts';
import { type Expression, ExpressionError } from './parse.ts';
import { type Standing, typeOfName } from './type-of-name.ts';
import { isList, itemOf, type Type, word } from './types.ts';

/** The type of an expression in a document; throws ExpressionError for the first mistake, with a suggestion. */
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
  const definition = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  const fail = (message: string): never => {
    throw new ExpressionError(message, call.at, call.end);
  };
  if (!definition) {
    if (call.name === 'success')
      return fail('a step runs by itself only when what it needs has succeeded; leave `success()` out');
    return fail(
      `there is no function \`${call.name}\`${didYouMean(call.name, Object.keys(functions)) || listKnown('functions', Object.keys(functions))}`,
    );
  }
  if (definition.onlyIf && !isCondition) return fail(`\`${call.name}()\` may stand only in the \`if\` of a step`);
  if (call.args.length !== definition.args.length) {
    const wanted = definition.args.length;
    return fail(`\`${call.name}\` takes ${wanted} ${wanted === 1 ? 'value' : 'values'}, got ${call.args.length}`);
  }
  const types = call.args.map((arg, index) => {
    const type = check(arg);
    demandArgument(arg, type, definition.args[index]!);
    return type;
  });
  if (call.name === 'min_by' || call.name === 'max_by') checkSameStep(call);
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
  const hint = isList(type) ? '' : '; one is read as `steps.<step>.*.outputs.<name>` from a step with a matrix';
  throw new ExpressionError(
    `needs a list${wanted === 'numbers' ? ' of numbers' : ''} here, but this is ${word(type)}${hint}`,
    arg.at,
    arg.end,
  );
}

/** Places of two lists mean the same instance only when both are of one step. */
function checkSameStep({ name, args, at, end }: Call): void {
  const [a, b] = args.map((arg) => (arg.kind === 'name' ? arg.path[1] : undefined));
  if (a !== undefined && b !== undefined && a !== b)
    throw new ExpressionError(`\`${name}\` needs two lists of the same step, but reads "${a}" and "${b}"`, at, end);
}

/** An outcome is one of a few words; GitHub's own (`success`, `failure`) would never be equal to one. */
function checkOutcome({ left, right }: Extract<Expression, { kind: 'binary' }>): void {
  const [name, literal] = left.kind === 'name' ? [left, right] : [right, left];
  if (name.kind !== 'name' || !isOutcome(name) || literal.kind !== 'literal') return;
  if (typeof literal.value !== 'string' || (outcomes as readonly string[]).includes(literal.value)) return;
  throw new ExpressionError(
    `an outcome is never '${literal.value}'; it is one of ${outcomes.join(', ')}`,
    literal.at,
    literal.end,
  );
}

function typeOfBinary(expression: Extract<Expression, { kind: 'binary' }>, left: Type, right: Type): Type {
  const { operator } = expression;
  if (operator === '&&' || operator === '||') {
    demand(expression.left, left, 'boolean');
    demand(expression.right, right, 'boolean');
    return 'boolean';
  }
  const list = isList(left) ? expression.left : isList(right) ? expression.right : undefined;
  if (list) throw new ExpressionError('a list can be neither compared nor calculated with', list.at, list.end);
  if (operator === '==' || operator === '!=') {
    if (left !== right && ![left, right].some((type) => type === 'null' || type === 'unknown')) {
      throw new ExpressionError(
        `compares ${word(left)} with ${word(right)}; that is never true`,
        expression.at,
        expression.end,
      );
    }
    return 'boolean';
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
  if (actual !== wanted && actual !== 'unknown')
    throw new ExpressionError(`needs ${word(wanted)} here, but this is ${word(actual)}`, expression.at, expression.end);
}
