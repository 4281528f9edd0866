import { artifactKinds } from '../../handles.ts';
import { isRecord } from '../../json.ts';
import { judgedOutputs } from '../../kinds/evaluate.ts';
import { outputsOf } from '../../kinds/registry.ts';
import type { MatrixOutline } from '../matrix.ts';
import type { Outline, StepOutline } from '../outline.ts';
import { didYouMean, listKnown } from '../suggest.ts';
import { type Expression, ExpressionError } from './parse.ts';
import type { Item, Type } from './types.ts';

/** Where an expression stands. */
export interface Standing {
  /** The step whose options or condition it is; its matrix may be read. */
  step?: StepOutline;
  /** In `if`, where the functions that ask about earlier steps are at home. */
  isCondition?: boolean;
}

const contexts = ['inputs', 'steps', 'run', 'matrix', 'secrets'] as const;
const runFields = ['id', 'pipeline'];

/** What a name stands for; throws ExpressionError with a suggestion where it stands for nothing. */
export function typeOfName(name: Extract<Expression, { kind: 'name' }>, outline: Outline, { step }: Standing): Type {
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
