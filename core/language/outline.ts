import { isRecord } from '../json.ts';
import { pipelineFile, type StepKind, stepKinds } from '../kinds/registry.ts';
import { type InputType, inputTypes, pipelineSchema } from './document.ts';
import type { Type } from './expression/types.ts';
import { type MatrixOutline, outlineMatrix } from './matrix.ts';

/**
 * The parts of a document that can be understood, valid or not. The checks run on it, so that a mistake in one place
 * does not hide those in another. Other parts are absent or `unknown`, so that no mistake is reported twice.
 */
export interface Outline {
  /** Absent where `inputs` is not a map: any input may then exist. */
  inputs?: Readonly<Record<string, InputOutline>>;
  steps: Readonly<Record<string, StepOutline>>;
}

export interface InputOutline {
  type: InputType | 'unknown';
  /** The value that the checks use: the given one, or the default. */
  value?: string | number | boolean;
}

export interface StepOutline {
  uses?: StepKind;
  /** The pipeline that it runs, where `uses` names a file. */
  file?: string;
  /** The outline of that pipeline; absent where it could not be read. */
  pipeline?: PipelineOutline;
  /** Absent where `with` is not a map. */
  with?: Readonly<Record<string, unknown>>;
  needs: readonly string[];
  if?: string;
  matrix?: MatrixOutline;
}

/** A pipeline, for the pipeline that runs it as a step. */
export interface PipelineOutline {
  inputs?: Readonly<Record<string, InputOutline>>;
  /** Inputs without a default. */
  needed: readonly string[];
  outputs?: Readonly<Record<string, Type>>;
}

const known = new Set(Object.keys(pipelineSchema.shape));

export function outlineOf(document: unknown): Outline {
  const { inputs, steps } = isRecord(document) ? document : {};
  const understoodSteps = mapValues(isRecord(steps) ? steps : {}, outlineStep);
  // An unknown key may have been meant to be `inputs`.
  const isElsewhere =
    inputs === undefined && isRecord(document) && Object.keys(document).some((key) => !known.has(key));
  if (isElsewhere || (inputs !== undefined && !isRecord(inputs))) return { steps: understoodSteps };
  return { inputs: mapValues(isRecord(inputs) ? inputs : {}, outlineInput), steps: understoodSteps };
}

function outlineInput(input: unknown): InputOutline {
  if (!isRecord(input)) return { type: 'unknown' };
  const { type = 'string', default: value } = input;
  if (!(inputTypes as readonly unknown[]).includes(type)) return { type: 'unknown' };
  const fits = typeof value === (type === 'path' ? 'string' : type);
  return { type: type as InputType, ...(fits ? { value: value as string | number | boolean } : {}) };
}

function outlineStep(step: unknown): StepOutline {
  if (!isRecord(step)) return { needs: [] };
  const { uses, with: options = {}, needs, if: condition, matrix } = step;
  return {
    ...((stepKinds as readonly unknown[]).includes(uses) ? { uses: uses as StepKind } : {}),
    ...(typeof uses === 'string' && pipelineFile.test(uses) ? { file: uses } : {}),
    ...(isRecord(options) ? { with: options } : {}),
    needs: [needs].flat().filter((need) => typeof need === 'string'),
    ...(typeof condition === 'string' ? { if: condition } : {}),
    ...(matrix === undefined ? {} : { matrix: outlineMatrix(matrix) }),
  };
}

/** Replaces the values of the inputs that are given. */
export function withInputs(outline: Outline, values: Readonly<Record<string, string | number | boolean>>): Outline {
  if (!outline.inputs) return outline;
  const given = Object.entries(outline.inputs).map(([name, input]) => [
    name,
    Object.hasOwn(values, name) ? { ...input, value: values[name] } : input,
  ]);
  return { ...outline, inputs: Object.fromEntries(given) };
}

/** Adds the outlines of the pipelines that its steps run. */
export function withPipelines(outline: Outline, pipelines: ReadonlyMap<string, PipelineOutline>): Outline {
  const steps = Object.entries(outline.steps).map(([id, step]) => {
    const pipeline = pipelines.get(id);
    return [id, pipeline ? { ...step, pipeline } : step];
  });
  return { ...outline, steps: Object.fromEntries(steps) };
}

const mapValues = <T>(record: Readonly<Record<string, unknown>>, change: (value: unknown) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
