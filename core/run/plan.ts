import type { Json } from '../handles.ts';
import type { PlannedKind } from '../kinds/registry.ts';
import type { Keep, Retry, Tell } from '../language/document.ts';
import type { Scalar } from '../language/matrix.ts';

/** What a run carries out: plain JSON, self-contained, so that editing the file later changes nothing. */
export interface Plan {
  version: 1;
  pipeline: string;
  inputs: Readonly<Record<string, string | number | boolean>>;
  /** In an order in which every step stands after those it needs. */
  steps: readonly PlannedStep[];
  /** Absent: as the defaults say. */
  keep?: Keep;
  /** Absent: nobody is told of a failed run. */
  on_failure?: Tell;
  /** Absent: nobody is told of a run that waits for a person. */
  on_waiting?: Tell;
  /** Absent: a step that has finally failed blocks what depends on it. */
  on_step_failure?: 'wait';
  /** What a pipeline that runs this one as a step may read; expressions that read steps still stand. */
  outputs?: Readonly<Record<string, Json>>;
  document: { path: string; text: string };
}

export interface PlannedStep {
  id: string;
  uses: PlannedKind;
  /** Options with inputs filled in and paths absolute; expressions that read steps or secrets still stand. */
  with: Json;
  /** What a step of kind `pipeline` runs; its inputs are filled in. */
  plan?: Plan;
  needs: readonly string[];
  if?: string;
  /** Carried out once for each variant; `instancesOf` makes them. */
  matrix?: PlannedMatrix;
  /** Its failure neither fails the run nor blocks what needs it. */
  continue_on_error?: true;
  /** Minutes of work of all its attempts. */
  timeout_minutes?: number;
  retry: Retry;
  /** `gpu` takes the device slot of a GPU worker, `cpu` one of the slots beside it. */
  queue: 'gpu' | 'cpu';
  reuse: boolean;
}

/** Options of a thousand variants differ in a few values: these alone are written down for each. */
export interface PlannedMatrix {
  max_parallel?: number;
  fail_fast: boolean;
  /** Where in `with` the values that read the matrix stand. */
  paths: readonly (readonly (string | number)[])[];
  variants: readonly PlannedVariant[];
}

export interface PlannedVariant {
  /** The part after `@` of the instance's id. */
  name: string;
  values: Readonly<Record<string, Scalar>>;
  /** What stands at each of `paths`. */
  with: readonly Json[];
}

/** The steps of a plan and of all pipelines within it. */
export const stepsWithin = (plan: Plan): PlannedStep[] =>
  plan.steps.flatMap((step) => [step, ...(step.plan ? stepsWithin(step.plan) : [])]);
