import { type Expression, ExpressionError } from './expression.ts';
import { functions } from './expression-functions.ts';
import { type ArtifactKind, artifactKinds } from './handles.ts';
import { isRecord } from './json.ts';
import type { Outline, StepOutline } from './outline.ts';
import { judgedOutputs, outputsOf } from './steps.ts';
import { didYouMean, listKnown } from './suggest.ts';

/** Static types of the expression language; `ollama`, `dataset`, … are artifacts. `unknown`: a mistake told elsewhere hides it. */
export type Type = 'string' | 'number' | 'boolean' | 'null' | 'unknown' | ArtifactKind;

const contexts = ['inputs', 'steps', 'run', 'secrets'] as const;
const runFields = ['id', 'pipeline'];

/** The type of an expression in a document; throws ExpressionError for the first mistake, with a suggestion. */
export function typeOf(expression: Expression, outline: Outline): Type {
  const check = (inner: Expression) => typeOf(inner, outline);
  switch (expression.kind) {
    case 'literal':
      return expression.value === null ? 'null' : (typeof expression.value as Type);
    case 'name':
      return typeOfName(expression, outline);
    case 'call':
      return typeOfCall(expression, check);
    case 'unary':
      demand(expression.operand, check(expression.operand), expression.operator === '!' ? 'boolean' : 'number');
      return expression.operator === '!' ? 'boolean' : 'number';
    case 'binary':
      return typeOfBinary(expression, check(expression.left), check(expression.right));
  }
}

function typeOfCall(call: Extract<Expression, { kind: 'call' }>, check: (inner: Expression) => Type): Type {
  const definition = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  if (!definition) {
    throw new ExpressionError(
      `there is no function \`${call.name}\`${didYouMean(call.name, Object.keys(functions)) || listKnown('functions', Object.keys(functions))}`,
      call.at,
      call.end,
    );
  }
  if (call.args.length !== definition.args.length) {
    throw new ExpressionError(
      `\`${call.name}\` takes ${definition.args.length} ${definition.args.length === 1 ? 'value' : 'values'}, got ${call.args.length}`,
      call.at,
      call.end,
    );
  }
  call.args.forEach((arg, index) => {
    demand(arg, check(arg), definition.args[index]!);
  });
  return definition.result;
}

function typeOfBinary(expression: Extract<Expression, { kind: 'binary' }>, left: Type, right: Type): Type {
  const { operator } = expression;
  if (operator === '&&' || operator === '||') {
    demand(expression.left, left, 'boolean');
    demand(expression.right, right, 'boolean');
    return 'boolean';
  }
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

export const word = (type: Type) =>
  ({ string: 'text', number: 'a number', boolean: 'true or false', null: 'null' })[type as string] ??
  `an artifact (${type})`;

function typeOfName(name: Extract<Expression, { kind: 'name' }>, outline: Outline): Type {
  const [context, first, ...rest] = name.path;
  const fail = (message: string): never => {
    throw new ExpressionError(message, name.at, name.end);
  };
  const choose = (what: string, word: string, known: readonly string[]) =>
    fail(`there is no ${what} "${word}"${didYouMean(word, known) || listKnown('known here', known)}`);

  if (!(contexts as readonly string[]).includes(context!)) {
    if (Object.hasOwn(outline.steps, context!)) return fail(`a step is read as \`steps.${context}.outputs.<name>\``);
    if (Object.hasOwn(outline.inputs ?? {}, context!)) return fail(`an input is read as \`inputs.${context}\``);
    return choose('context', context!, contexts);
  }
  if (first === undefined) return fail(`\`${context}\` needs a name after it: \`${context}.<name>\``);
  switch (context as (typeof contexts)[number]) {
    case 'inputs': {
      if (!outline.inputs) return 'unknown';
      if (!Object.hasOwn(outline.inputs, first)) return choose('input', first, Object.keys(outline.inputs));
      if (rest.length > 0) return fail(`\`inputs.${first}\` is a value; nothing stands below it`);
      const { type } = outline.inputs[first]!;
      return type === 'path' ? 'string' : type;
    }
    case 'run':
      if (!runFields.includes(first) || rest.length > 0)
        return choose('field of run', [first, ...rest].join('.'), runFields);
      return 'string';
    case 'secrets':
      if (!/^[A-Z][A-Z0-9_]*$/.test(first) || rest.length > 0)
        return fail('a secret is named in capitals: `secrets.HF_TOKEN`');
      return 'string';
    case 'steps': {
      if (!Object.hasOwn(outline.steps, first)) return choose('step', first, Object.keys(outline.steps));
      return typeOfOutput(first, rest, outline.steps[first]!, fail);
    }
  }
}

function typeOfOutput(
  id: string,
  rest: readonly string[],
  { uses, with: options }: StepOutline,
  fail: (message: string) => never,
): Type {
  const outputs = uses && options ? outputsOf(uses, options) : undefined;
  const known = Object.keys(outputs ?? {});
  const output = rest[1];
  if (rest[0] !== 'outputs' || output === undefined || rest.length !== 2) {
    return fail(`write \`steps.${id}.outputs.<name>\`${listKnown(`outputs of ${id}`, known)}`);
  }
  if (!outputs || (uses === 'run' && options?.outputs !== undefined && !isRecord(options.outputs))) return 'unknown';
  if (!Object.hasOwn(outputs, output)) {
    if (uses === 'evaluate' && output === 'production' && options?.metric !== 'none')
      return fail(`step "${id}" compares with no model in production; name it with its option \`production\``);
    if (uses === 'evaluate' && judgedOutputs.includes(output))
      return fail(`step "${id}" has \`metric: none\`, so it has no ${output}; choose a metric and give references`);
    if (known.length === 0) return fail(`step "${id}" has no outputs; declare them in its \`with.outputs\``);
    return fail(
      `there is no output "${output}" of step "${id}"${didYouMean(output, known) || listKnown('it has', known)}`,
    );
  }
  const type = outputs[output]!;
  return ['string', 'number', 'boolean', ...artifactKinds].includes(type) ? type : 'unknown';
}
