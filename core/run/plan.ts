import type { Json } from '../handles.ts';
import type { PlannedKind } from '../kinds/registry.ts';
import type { Keep, NotificationChannel, Retry } from '../language/document.ts';
import type { Scalar } from '../language/matrix.ts';

/** Raised when temper can no longer execute the plans of an older version as they were meant. */
export const planVersion = 2;

/**
 * What a run executes: plain, self-contained JSON with every option and its default. Neither an edit of the file nor an
 * upgrade of temper changes what a stored plan does.
 */
export interface Plan {
  version: typeof planVersion;
  pipeline: string;
  inputs: Readonly<Record<string, string | number | boolean>>;
  /** Every step comes after those that it needs. */
  steps: readonly PlannedStep[];
  keep: Keep;
  /** Absent: a failed run sends no notification. */
  on_failure?: NotificationChannel;
  /** Absent: a run that waits for a person sends none. */
  on_waiting?: NotificationChannel;
  /** `fail`: a step that has finally failed blocks the steps that need it. `wait`: the run waits for a person. */
  on_step_failure: 'fail' | 'wait';
  /** Readable for a pipeline that runs this one as a step. Expressions that read steps are not evaluated yet. */
  outputs?: Readonly<Record<string, Json>>;
  document: { path: string; text: string };
}

export interface PlannedStep {
  id: string;
  uses: PlannedKind;
  /** Every option, also defaults, with inputs filled in and paths absolute. Expressions that read steps or secrets are not evaluated yet. */
  with: Json;
  /** Who executes it: the activity with the kind's name, a person who is asked, or a run of its own. */
  executor: 'activity' | 'person' | 'pipeline';
  /** How long its worker may stay silent before the attempt counts as lost. Absent if no activity executes it. */
  heartbeat_timeout?: string;
  /** It saves its progress when it is stopped, so a pause stops it. */
  keeps_progress?: true;
  /** It acts in every run, so its result is never reused. */
  acts_each_time?: true;
  /** It proves the result of intermediate artifacts, which a succeeded run may then delete. */
  proves?: true;
  /** The plan that a step of kind `pipeline` runs, with its inputs filled in. */
  plan?: Plan;
  needs: readonly string[];
  if?: string;
  /** The step is executed once per variant; `instancesOf` lists them. */
  matrix?: PlannedMatrix;
  /** Its failure neither fails the run nor blocks the steps that need it. */
  continue_on_error?: true;
  /** Minutes of work of all its attempts. */
  timeout_minutes?: number;
  retry: Retry;
  /** `gpu` takes the device slot of a GPU worker, `cpu` one of the slots beside it. */
  queue: 'gpu' | 'cpu';
  reuse: boolean;
}

/** The options of a thousand variants differ in a few values, so only these are stored for each variant. */
export interface PlannedMatrix {
  max_parallel?: number;
  fail_fast: boolean;
  /** Paths in `with` of the values that read the matrix. */
  paths: readonly (readonly (string | number)[])[];
  variants: readonly PlannedVariant[];
}

interface PlannedVariant {
  /** The part after `@` of the instance's id. */
  name: string;
  values: Readonly<Record<string, Scalar>>;
  /** The value for each of `paths`. */
  with: readonly Json[];
}

/** Lists the steps of a plan and of all pipelines within it. */
export const stepsWithin = (plan: Plan): PlannedStep[] =>
  plan.steps.flatMap((step) => [step, ...(step.plan ? stepsWithin(step.plan) : [])]);
