import type { Json } from '../handles.ts';
import type { PlannedKind } from '../kinds/registry.ts';
import type { Keep, NotificationChannel, Retry } from '../language/document.ts';
import type { Scalar } from '../language/matrix.ts';

/** Raised when a plan of an older version can no longer be carried out as it was meant. */
export const planVersion = 2;

/**
 * What a run carries out: plain JSON, self-contained, with every option and its default. Neither editing the file nor an
 * upgrade of temper changes what a stored plan does.
 */
export interface Plan {
  version: typeof planVersion;
  pipeline: string;
  inputs: Readonly<Record<string, string | number | boolean>>;
  /** In an order in which every step stands after those it needs. */
  steps: readonly PlannedStep[];
  keep: Keep;
  /** Absent: a failed run sends no notification. */
  on_failure?: NotificationChannel;
  /** Absent: a run that waits for a person sends none. */
  on_waiting?: NotificationChannel;
  /** `fail`: a step that has finally failed blocks the steps that need it. `wait`: the run waits for a person. */
  on_step_failure: 'fail' | 'wait';
  /** What a pipeline that runs this one as a step may read; expressions that read steps still stand. */
  outputs?: Readonly<Record<string, Json>>;
  document: { path: string; text: string };
}

export interface PlannedStep {
  id: string;
  uses: PlannedKind;
  /** Every option, defaults included, with inputs filled in and paths absolute; expressions that read steps or secrets still stand. */
  with: Json;
  /** Who carries it out: an activity of the kind's name, a person who is asked, or a run of its own. */
  executor: 'activity' | 'person' | 'pipeline';
  /** How long its worker may stay silent before the attempt counts as lost. Absent where no activity carries it out. */
  heartbeat_timeout?: string;
  /** It saves its progress when it is stopped, so a pause stops it. */
  keeps_progress?: true;
  /** It acts in every run, so its result is never reused. */
  acts_each_time?: true;
  /** It proves what was made from intermediate artifacts, which a succeeded run may then delete. */
  proves?: true;
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
