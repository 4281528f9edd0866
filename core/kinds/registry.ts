import { z } from 'zod';
import type { Handle } from '../handles.ts';
import { isRecord } from '../json.ts';
import { approve } from './approve.ts';
import { checkpoint } from './checkpoint.ts';
import type { OutputType, OutputValue, RawOptions, StepDefinition } from './definition.ts';
import { evaluate } from './evaluate.ts';
import { importStep } from './import.ts';
import { merge } from './merge.ts';
import { prepare } from './prepare.ts';
import { promote } from './promote.ts';
import { quantize } from './quantize.ts';
import { run } from './run.ts';
import { train } from './train.ts';

/** Every step kind, in the order in which pages list them: the same word for the YAML kind, the activity and its folder. */
export const definitions = {
  prepare,
  train,
  checkpoint,
  merge,
  quantize,
  import: importStep,
  evaluate,
  promote,
  approve,
  run,
} as const satisfies Record<string, StepDefinition>;
type Definitions = typeof definitions;

export type StepKind = keyof Definitions;
export const stepKinds = Object.keys(definitions) as StepKind[];

/** Kinds that an activity carries out. */
export type ActivityKind = { [K in StepKind]: Definitions[K]['executor'] extends 'activity' ? K : never }[StepKind];

/** What a step of a plan is: a kind, or a `pipeline` of its own, whose file the document names. */
export type PlannedKind = StepKind | 'pipeline';

/** Schema of a kind. Kinds are not listed: records of another version may have others, for which `definitionOf` has nothing. */
export const kindSchema = <K extends PlannedKind>() => z.custom<K>((kind) => typeof kind === 'string');

/** The definition of a kind; undefined for a pipeline that runs as a step, and for a kind of another version of temper. */
export const definitionOf = (kind: string): StepDefinition | undefined =>
  Object.hasOwn(definitions, kind) ? definitions[kind as StepKind] : undefined;

export const activityKinds = stepKinds.filter(
  (kind): kind is ActivityKind => definitions[kind].executor === 'activity',
);

export const isActivityKind = (kind: PlannedKind): kind is ActivityKind => definitionOf(kind)?.executor === 'activity';

/** A pipeline in another file, as `uses` names it. */
export const pipelineFile = /^(?:\.{1,2}\/|\/)(?!.*\$\{\{).*\.ya?ml$/;

const each = <F extends keyof Definitions[StepKind]>(field: F) =>
  Object.fromEntries(stepKinds.map((kind) => [kind, definitions[kind][field]])) as {
    readonly [K in StepKind]: Definitions[K][F];
  };

export const stepOptions = each('options');
export type StepOptions = { [K in StepKind]: z.infer<(typeof stepOptions)[K]> };
export const stepSummaries: Readonly<Record<StepKind, string>> = each('summary');
export const stepOutputs = each('outputs');

/**
 * The outputs that a step of a kind returns, by the types it declares. Where they depend on its options some may be absent;
 * a kind that declares none returns the artifacts that its options name.
 */
export type OutputsOf<K extends StepKind> = Definitions[K] extends { outputsOf: unknown }
  ? keyof Definitions[K]['outputs'] extends never
    ? Readonly<Record<string, Handle>>
    : Partial<DeclaredOutputs<Definitions[K]['outputs']>>
  : DeclaredOutputs<Definitions[K]['outputs']>;
type DeclaredOutputs<T> = { readonly [N in keyof T]: T[N] extends OutputType ? OutputValue<T[N]> : never };

/** Outputs of a step as the document has it; its options may be invalid. Undefined where they do not tell. */
export function outputsOf(kind: StepKind, options: unknown): Readonly<Record<string, OutputType>> | undefined {
  const { outputs, outputsOf: byOptions }: StepDefinition = definitions[kind];
  return byOptions ? byOptions(isRecord(options) ? options : {}) : outputs;
}

/** Whether a step with these options takes the device slot unless the document says otherwise. */
export const usesDevice = (kind: PlannedKind, options: unknown): boolean =>
  holds(definitionOf(kind)?.usesDevice, options);

/** Whether a step with these options saves its progress when it is told to stop. */
export const keepsProgress = (kind: PlannedKind, options: unknown): boolean =>
  holds(definitionOf(kind)?.keepsProgress, options);

/** The option that names a file of rows; undefined where a step with these options names documents in its place. */
export function rowsOptionOf(kind: PlannedKind, options: unknown): string | undefined {
  const definition = definitionOf(kind);
  return holds(definition?.readsDocuments, options) ? undefined : definition?.rowsOption;
}

const holds = (rule: boolean | ((options: RawOptions) => boolean) | undefined, options: unknown): boolean =>
  typeof rule === 'function' ? rule(isRecord(options) ? options : {}) : (rule ?? false);
