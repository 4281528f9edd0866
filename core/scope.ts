import type { PipelineDocument } from './document.ts';
import { functions } from './evaluate-expression.ts';
import { type Expression, ExpressionError } from './expression.ts';
import type { ArtifactKind } from './handles.ts';
import { outputsOf } from './steps.ts';
import { didYouMean } from './suggest.ts';

/** Static types of the expression language; `ollama`, `dataset`, … are artifacts. */
export type Type = 'string' | 'number' | 'boolean' | 'null' | ArtifactKind;

const contexts = ['inputs', 'steps', 'run', 'secrets'] as const;
const runFields = ['id', 'pipeline'];

/** The type of an expression in a document; throws ExpressionError for the first mistake, with a suggestion. */
export function typeOf(expression: Expression, document: PipelineDocument): Type {
  const check = (inner: Expression) => typeOf(inner, document);
  switch (expression.kind) {
    case 'literal':
      return expression.value === null ? 'null' : (typeof expression.value as Type);
    case 'name':
      return typeOfName(expression, document);
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
      `there is no function \`${call.name}\`${didYouMean(call.name, Object.keys(functions)) || `; functions: ${Object.keys(functions).join(', ')}`}`,
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
    if (left !== right && left !== 'null' && right !== 'null') {
      throw new ExpressionError(
        `compares ${word(left)} with ${word(right)}; that is never true`,
        expression.at,
        expression.end,
      );
    }
    return 'boolean';
  }
  if (left === 'string' && right === 'string' && ['+', '<', '<=', '>', '>='].includes(operator))
    return operator === '+' ? 'string' : 'boolean';
  demand(expression.left, left, 'number');
  demand(expression.right, right, 'number');
  return ['<', '<=', '>', '>='].includes(operator) ? 'boolean' : 'number';
}

function demand(expression: Expression, actual: Type, wanted: Type): void {
  if (actual !== wanted)
    throw new ExpressionError(`needs ${word(wanted)} here, but this is ${word(actual)}`, expression.at, expression.end);
}

export const word = (type: Type) =>
  ({ string: 'text', number: 'a number', boolean: 'true or false', null: 'null' })[type as string] ??
  `an artifact (${type})`;

function typeOfName(name: Extract<Expression, { kind: 'name' }>, document: PipelineDocument): Type {
  const [context, first, ...rest] = name.path;
  const fail = (message: string): never => {
    throw new ExpressionError(message, name.at, name.end);
  };
  const choose = (what: string, word: string, known: readonly string[]) =>
    fail(
      `there is no ${what} "${word}"${didYouMean(word, known) || (known.length > 0 ? `; known here: ${known.join(', ')}` : '')}`,
    );

  if (!(contexts as readonly string[]).includes(context!)) return choose('context', context!, contexts);
  if (first === undefined) return fail(`\`${context}\` needs a name after it: \`${context}.<name>\``);
  switch (context as (typeof contexts)[number]) {
    case 'inputs': {
      if (!Object.hasOwn(document.inputs, first)) return choose('input', first, Object.keys(document.inputs));
      if (rest.length > 0) return fail(`\`inputs.${first}\` is a value; nothing stands below it`);
      const { type } = document.inputs[first]!;
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
      if (!Object.hasOwn(document.steps, first)) return choose('step', first, Object.keys(document.steps));
      const step = document.steps[first]!;
      const outputs = outputsOf(step.uses, step.with);
      const known = Object.keys(outputs);
      if (rest[0] !== 'outputs' || rest.length !== 2) {
        return fail(`write \`steps.${first}.outputs.<name>\`; outputs of ${first}: ${known.join(', ') || 'none'}`);
      }
      if (!Object.hasOwn(outputs, rest[1]!)) {
        if (step.uses === 'evaluate' && ['score', 'baseline', 'gain'].includes(rest[1]!)) {
          return fail(
            `step "${first}" has \`metric: none\`, so it has no ${rest[1]}; choose a metric and give references`,
          );
        }
        return choose(`output of step "${first}"`, rest[1]!, known);
      }
      return outputs[rest[1]!]!;
    }
  }
}
