import { isOutcome, outcomes } from './conditions.ts';
import { type Expression, ExpressionError } from './expression.ts';
import { type Argument, functions } from './expression-functions.ts';
import { type ArtifactKind, artifactKinds } from './handles.ts';
import { isRecord } from './json.ts';
import type { MatrixOutline } from './matrix.ts';
import type { Outline, StepOutline } from './outline.ts';
import { judgedOutputs, outputsOf } from './steps.ts';
import { didYouMean, listKnown } from './suggest.ts';

/** Static types of the expression language; `ollama`, `dataset`, … are artifacts. `unknown`: a mistake told elsewhere hides it. */
export type Item = 'string' | 'number' | 'boolean' | 'null' | 'unknown' | ArtifactKind;
/** `number[]` is a list of numbers: what `steps.train.*.outputs.eval_loss` gives. */
export type Type = Item | `${Item}[]`;

export const isList = (type: Type): type is `${Item}[]` => type.endsWith('[]');
export const itemOf = (type: `${Item}[]`): Item => type.slice(0, -2) as Item;

/** Where an expression stands. */
export interface Standing {
  /** The step whose options or condition it is; its matrix may be read. */
  step?: StepOutline;
  /** In `if`, where the functions that ask about earlier steps are at home. */
  isCondition?: boolean;
}

const contexts = ['inputs', 'steps', 'run', 'matrix', 'secrets'] as const;
const runFields = ['id', 'pipeline'];

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

export const word = (type: Type): string =>
  isList(type)
    ? `a list (${itemOf(type)})`
    : (({ string: 'text', number: 'a number', boolean: 'true or false', null: 'null' } as Record<string, string>)[
        type
      ] ?? `an artifact (${type})`);

function typeOfName(name: Extract<Expression, { kind: 'name' }>, outline: Outline, { step }: Standing): Type {
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
    case 'matrix':
      return typeOfMatrixKey(first, rest, step, fail);
    case 'steps': {
      if (!Object.hasOwn(outline.steps, first)) return choose('step', first, Object.keys(outline.steps));
      return typeOfOutput(first, rest, outline.steps[first]!, fail);
    }
  }
}

type Fail = (message: string) => never;

function typeOfMatrixKey(key: string, rest: readonly string[], step: StepOutline | undefined, fail: Fail): Type {
  if (!step?.matrix) return fail('this step has no `matrix` to read from');
  const { sound, keys, variants } = step.matrix;
  if (rest.length > 0) return fail(`\`matrix.${key}\` is a value; nothing stands below it`);
  if (!Object.hasOwn(keys, key)) {
    if (!sound) return 'unknown';
    return fail(
      `the matrix has no key "${key}"${didYouMean(key, Object.keys(keys)) || listKnown('it has', Object.keys(keys))}`,
    );
  }
  const without = variants.find(({ values }) => !Object.hasOwn(values, key));
  if (without && sound) return fail(`the variant ${without.name} has no \`matrix.${key}\`; give every row a value`);
  return typeOfKey(step.matrix, key);
}

/** Values of different types are told where the matrix is checked. */
function typeOfKey({ keys }: MatrixOutline, key: string): Item {
  const types = new Set(keys[key]!.map((value) => typeof value));
  return types.size === 1 ? ([...types][0] as Item) : 'unknown';
}

function typeOfOutput(id: string, rest: readonly string[], step: StepOutline, fail: Fail): Type {
  const known = outputNames(step);
  if (rest.length === 1 && rest[0] === 'outcome') return 'string';
  if (step.matrix && rest[0] === '*') return typeOfAll(id, rest.slice(1), { ...step, matrix: step.matrix }, fail);
  if (rest[0] === '*')
    return fail(
      `step "${id}" has no \`matrix\`; write \`steps.${id}.outputs.<name>\`${listKnown(`outputs of ${id}`, known)}`,
    );
  if (step.matrix) {
    const name = rest[0] === 'outputs' && rest[1] !== undefined ? rest[1] : '<name>';
    return fail(
      `step "${id}" has a matrix: \`steps.${id}.*.outputs.${name}\` is the list of all its variants'; choose from it with min_by or max_by`,
    );
  }
  if (rest[0] !== 'outputs' || rest.length !== 2)
    return fail(`write \`steps.${id}.outputs.<name>\`${listKnown(`outputs of ${id}`, known)}`);
  return typeOfOneOutput(id, rest[1]!, step, fail);
}

/** `steps.train.*.…`: a list with an element for each variant that has ended well. */
function typeOfAll(
  id: string,
  rest: readonly string[],
  step: StepOutline & { matrix: MatrixOutline },
  fail: Fail,
): Type {
  if (rest.length === 2 && rest[0] === 'outputs') return `${typeOfOneOutput(id, rest[1]!, step, fail) as Item}[]`;
  const { keys, sound } = step.matrix;
  if (rest.length === 2 && rest[0] === 'matrix') {
    const key = rest[1]!;
    if (Object.hasOwn(keys, key)) return `${typeOfKey(step.matrix, key)}[]`;
    if (!sound) return 'unknown';
    return fail(
      `the matrix of "${id}" has no key "${key}"${didYouMean(key, Object.keys(keys)) || listKnown('it has', Object.keys(keys))}`,
    );
  }
  if (rest[0] === 'outcome')
    return fail(`\`*\` stands for the variants that have ended well; how the step ended is \`steps.${id}.outcome\``);
  return fail(`write \`steps.${id}.*.outputs.<name>\` or \`steps.${id}.*.matrix.<key>\``);
}

const outputTypes = ({ uses, with: options, file, pipeline }: StepOutline) =>
  file !== undefined ? pipeline?.outputs : uses && options ? outputsOf(uses, options) : undefined;

const outputNames = (step: StepOutline) => Object.keys(outputTypes(step) ?? {});

function typeOfOneOutput(id: string, output: string, step: StepOutline, fail: Fail): Item {
  const { uses, with: options, file } = step;
  const outputs = outputTypes(step);
  const known = Object.keys(outputs ?? {});
  if (!outputs || (uses === 'run' && options?.outputs !== undefined && !isRecord(options.outputs))) return 'unknown';
  if (!Object.hasOwn(outputs, output)) {
    if (uses === 'evaluate' && output === 'production' && options?.metric !== 'none')
      return fail(`step "${id}" compares with no model in production; name it with its option \`production\``);
    if (uses === 'evaluate' && judgedOutputs.includes(output))
      return fail(`step "${id}" has \`metric: none\`, so it has no ${output}; choose a metric and give references`);
    if (file !== undefined && known.length === 0)
      return fail(`step "${id}" has no outputs; declare them in the \`outputs\` of ${file}`);
    if (known.length === 0) return fail(`step "${id}" has no outputs; declare them in its \`with.outputs\``);
    return fail(
      `there is no output "${output}" of step "${id}"${didYouMean(output, known) || listKnown('it has', known)}`,
    );
  }
  const type = outputs[output]!;
  return ['string', 'number', 'boolean', ...artifactKinds].includes(type) ? (type as Item) : 'unknown';
}
