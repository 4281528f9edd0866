import { artifactKinds } from '../../handles.ts';
import { definitionOf, outputsOf } from '../../kinds/registry.ts';
import type { MatrixOutline } from '../matrix.ts';
import type { Outline, StepOutline } from '../outline.ts';
import { suggest, suggestKnown } from '../spelling/suggest.ts';
import { type Expression, ExpressionError } from './parse.ts';
import type { ExpressionProblem } from './problems.ts';
import type { Item, Type } from './types.ts';

/** The place of an expression. */
export interface Standing {
  /** The step whose options or condition it is; its matrix may be read. */
  step?: StepOutline;
  /** In `if`, where the functions that ask about earlier steps are allowed. */
  isCondition?: boolean;
}

const contexts = ['inputs', 'steps', 'run', 'matrix', 'secrets'] as const;
const runFields = ['id', 'pipeline'];

/** Finds the type of a name; throws ExpressionError with a suggestion where it names nothing. */
export function typeOfName(name: Extract<Expression, { kind: 'name' }>, outline: Outline, { step }: Standing): Type {
  const [context, first, ...rest] = name.path as [string, ...string[]];
  const fail: Fail = (problem) => {
    throw new ExpressionError(problem, name.at, name.end);
  };
  if (!(contexts as readonly string[]).includes(context)) {
    if (Object.hasOwn(outline.steps, context)) return fail({ reason: 'step-as-context', facts: { step: context } });
    if (Object.hasOwn(outline.inputs ?? {}, context))
      return fail({ reason: 'input-as-context', facts: { input: context } });
    return fail({ reason: 'unknown-context', facts: { name: context, ...suggest(context, contexts) } });
  }
  if (first === undefined) return fail({ reason: 'incomplete-name', facts: { context } });
  switch (context as (typeof contexts)[number]) {
    case 'inputs':
      return typeOfInput(first, rest, outline, fail);
    case 'run': {
      const field = [first, ...rest].join('.');
      if (runFields.includes(field)) return 'string';
      return fail({ reason: 'unknown-run-field', facts: { name: field, ...suggest(field, runFields) } });
    }
    case 'secrets':
      if (!/^[A-Z][A-Z0-9_]*$/.test(first) || rest.length > 0) return fail({ reason: 'secret-name', facts: {} });
      return 'string';
    case 'matrix':
      return typeOfMatrixKey(first, rest, step, fail);
    case 'steps':
      if (!Object.hasOwn(outline.steps, first))
        return fail({ reason: 'unknown-step', facts: { name: first, ...suggest(first, Object.keys(outline.steps)) } });
      return typeOfOutput(first, rest, outline.steps[first]!, fail);
  }
}

type Fail = (problem: ExpressionProblem) => never;

function typeOfInput(name: string, rest: readonly string[], { inputs }: Outline, fail: Fail): Type {
  if (!inputs) return 'unknown';
  if (!Object.hasOwn(inputs, name))
    return fail({ reason: 'unknown-input', facts: { name, ...suggest(name, Object.keys(inputs)) } });
  if (rest.length > 0) return fail({ reason: 'nothing-below', facts: { name: `inputs.${name}` } });
  const { type } = inputs[name]!;
  return type === 'path' ? 'string' : type;
}

function typeOfMatrixKey(key: string, rest: readonly string[], step: StepOutline | undefined, fail: Fail): Type {
  if (!step?.matrix) return fail({ reason: 'no-matrix', facts: {} });
  const { sound, keys, variants } = step.matrix;
  if (rest.length > 0) return fail({ reason: 'nothing-below', facts: { name: `matrix.${key}` } });
  if (!Object.hasOwn(keys, key)) {
    if (!sound) return 'unknown';
    return fail({ reason: 'unknown-matrix-key', facts: { key, ...suggest(key, Object.keys(keys)) } });
  }
  const without = variants.find(({ values }) => !Object.hasOwn(values, key));
  if (without && sound) return fail({ reason: 'key-missing-in-variant', facts: { key, variant: without.name } });
  return typeOfKey(step.matrix, key);
}

/** `unknown` for values of different types, which the check of the matrix reports. */
function typeOfKey({ keys }: MatrixOutline, key: string): Item {
  const types = new Set(keys[key]!.map((value) => typeof value));
  return types.size === 1 ? ([...types][0] as Item) : 'unknown';
}

function typeOfOutput(step: string, rest: readonly string[], outline: StepOutline, fail: Fail): Type {
  const [part, output] = rest;
  if (rest.length === 1 && part === 'outcome') return 'string';
  const known = suggestKnown(Object.keys(outputTypes(outline) ?? {}));
  if (part === '*') {
    if (!outline.matrix) return fail({ reason: 'star-without-matrix', facts: { step, ...known } });
    return typeOfAll(step, rest.slice(1), { ...outline, matrix: outline.matrix }, fail);
  }
  if (outline.matrix) {
    const named = part === 'outputs' && output !== undefined ? { output } : {};
    return fail({ reason: 'matrix-without-star', facts: { step, ...named } });
  }
  if (part !== 'outputs' || rest.length !== 2) return fail({ reason: 'not-an-output', facts: { step, ...known } });
  return typeOfOneOutput(step, output!, outline, fail);
}

/** `steps.train.*.…`: a list with an element for each variant that has succeeded. */
function typeOfAll(
  step: string,
  rest: readonly string[],
  outline: StepOutline & { matrix: MatrixOutline },
  fail: Fail,
): Type {
  const [part, name] = rest;
  if (rest.length === 2 && part === 'outputs') return `${typeOfOneOutput(step, name!, outline, fail) as Item}[]`;
  const { keys, sound } = outline.matrix;
  if (rest.length === 2 && part === 'matrix') {
    const key = name!;
    if (Object.hasOwn(keys, key)) return `${typeOfKey(outline.matrix, key)}[]`;
    if (!sound) return 'unknown';
    return fail({ reason: 'unknown-matrix-key', facts: { step, key, ...suggest(key, Object.keys(keys)) } });
  }
  return fail({ reason: part === 'outcome' ? 'outcome-of-variants' : 'not-a-list-of-variants', facts: { step } });
}

const outputTypes = ({ uses, with: options, file, pipeline }: StepOutline) =>
  file !== undefined ? pipeline?.outputs : uses && options ? outputsOf(uses, options) : undefined;

function typeOfOneOutput(step: string, output: string, outline: StepOutline, fail: Fail): Item {
  const { uses, with: options, file } = outline;
  const outputs = outputTypes(outline);
  if (!outputs) return 'unknown';
  if (!Object.hasOwn(outputs, output)) {
    const why = uses && definitionOf(uses)?.whyAbsent?.(output, options ?? {});
    if (why !== undefined) return fail({ reason: why, facts: { step, output } });
    const known = Object.keys(outputs);
    if (known.length === 0)
      return fail({ reason: 'no-outputs', facts: { step, ...(file === undefined ? {} : { file }) } });
    return fail({ reason: 'unknown-output', facts: { step, output, ...suggest(output, known) } });
  }
  const type = outputs[output]!;
  return ['string', 'number', 'boolean', ...artifactKinds].includes(type) ? (type as Item) : 'unknown';
}
