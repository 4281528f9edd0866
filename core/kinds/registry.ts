import type { z } from 'zod';
import { approve } from './approve.ts';
import { checkpoint } from './checkpoint.ts';
import type { OutputType, StepDefinition } from './definition.ts';
import { evaluate } from './evaluate.ts';
import { importStep } from './import.ts';
import { merge } from './merge.ts';
import { prepare } from './prepare.ts';
import { promote } from './promote.ts';
import { quantize } from './quantize.ts';
import { run } from './run.ts';
import { train } from './train.ts';

/** Step kinds: the same word for the YAML kind, the activity, its file and its page. */
export const stepKinds = [
  'prepare',
  'train',
  'checkpoint',
  'merge',
  'quantize',
  'import',
  'evaluate',
  'promote',
  'approve',
  'run',
] as const;
export type StepKind = (typeof stepKinds)[number];

/** Kinds that an activity carries out. An approval is a matter between the run and a person. */
export type ActivityKind = Exclude<StepKind, 'approve'>;

/** What a step of a plan is: a kind, or a `pipeline` of its own, whose file the document names. */
export type PlannedKind = StepKind | 'pipeline';

export const isActivityKind = (kind: PlannedKind): kind is ActivityKind => kind !== 'approve' && kind !== 'pipeline';

/** A pipeline in another file, as `uses` names it. */
export const pipelineFile = /^(?:\.{1,2}\/|\/)(?!.*\$\{\{).*\.ya?ml$/;

const definitions = {
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
} as const satisfies Record<StepKind, StepDefinition>;
type Definitions = typeof definitions;

const each = <F extends keyof Definitions[StepKind]>(field: F) =>
  Object.fromEntries(stepKinds.map((kind) => [kind, definitions[kind][field]])) as {
    readonly [K in StepKind]: Definitions[K][F];
  };

export const stepOptions = each('options');
export type StepOptions = { [K in StepKind]: z.infer<(typeof stepOptions)[K]> };
export const stepSummaries: Readonly<Record<StepKind, string>> = each('summary');
export const stepOutputs = each('outputs');
export const usesDevice: Readonly<Record<StepKind, boolean>> = each('usesDevice');

/** Outputs of a step as the document has it, whose options need not be sound. */
export function outputsOf(kind: StepKind, options: unknown): Readonly<Record<string, OutputType>> {
  const { outputs, outputsOf }: StepDefinition = definitions[kind];
  return (
    outputsOf?.(typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {}) ?? outputs
  );
}
