import type { StepFailure } from '../errors/catalogue.ts';
import type { Handle, Json } from '../handles.ts';
import type { PlannedKind } from '../kinds/registry.ts';
import type { Reason } from '../reasons.ts';

export type Outputs = Readonly<Record<string, Json | Handle>>;

/** The answers of a person to a step that waits for them. */
export type Word = 'approve' | 'reject' | 'retry' | 'skip';

/** A step's question to a person. */
export interface WaitsFor {
  readonly words: readonly Word[];
  /** The question, or the failure. */
  readonly about: string;
  /** The commands to type. */
  readonly type: readonly string[];
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The verdicts of the evaluations before it. */
  readonly verdicts?: readonly string[];
  /** Milliseconds since 1970: when silence becomes an answer, and which. */
  readonly until?: number;
  readonly silence?: 'reject' | 'approve';
}

/** Facts of a step in any state. `step-transitions.ts` computes the next state. */
export interface StepFacts {
  readonly uses: PlannedKind;
  /** The run of a step of kind `pipeline`. */
  readonly run?: string;
  /** One line about how it ended. */
  readonly summary?: string;
  /** Why it runs, or why it need not. */
  readonly because?: Reason;
  /** Why it ran again after it had succeeded: which step could not read its output, and what was wrong. */
  readonly madeAgain?: readonly MadeAgain[];
  /** Milliseconds since 1970. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** `for`: the step that could not read an artifact of this one. */
export interface MadeAgain {
  readonly for: string;
  readonly because: Reason;
}

/** The published results of a step; while it runs again, those of before. */
export interface Published {
  readonly outputs?: Outputs;
  /** The outputs of all steps together are too large for one payload; they are in the step's folder. */
  readonly outputsLeftOut?: true;
  /** Digests of all artifacts that the step published, also of those that are not outputs. */
  readonly artifacts?: readonly string[];
}

interface Every extends Published {
  readonly waitsFor?: WaitsFor;
  readonly failure?: StepFailure;
  readonly reusedFrom?: string;
}

/** The keys of other states are `never`: no step can be given them, and a reader may ask any step for them. */
type Step<State, Own extends Every = object> = StepFacts &
  Own & { readonly state: State } & { readonly [Key in Exclude<keyof Every, keyof Own>]?: never };

/** It has not started, a pause has stopped it, or it waits for a person; `failure` is set if it waits for `retry` or `skip`. */
export type WaitingStep = Step<'waiting', Published & Pick<Every, 'waitsFor' | 'failure'>>;
export type RunningStep = Step<'running', Published>;
export type SucceededStep = Step<'succeeded', Published>;
/** `reusedFrom`: the run that computed the result; for a pipeline that ran as a step, the run since which nothing in it has changed. */
export type ReusedStep = Step<'reused', Published & { readonly reusedFrom: string }>;
/** Its condition was false, a person has skipped it, or a step that it needs was skipped. */
export type SkippedStep = Step<'skipped'>;
/** `outputs`: for a rejected approval, who rejected it and why. */
export type FailedStep = Step<'failed', Published & { readonly failure: StepFailure }>;
/** A step that it needs did not succeed. */
export type BlockedStep = Step<'blocked'>;
/** `failure`: of a step that waited for `retry` or `skip`. */
export type CancelledStep = Step<'cancelled', Pick<Every, 'failure'>>;

export type EndedStep = SucceededStep | ReusedStep | SkippedStep | FailedStep | BlockedStep | CancelledStep;
export type StepState = WaitingStep | RunningStep | EndedStep;
export type EndState = EndedStep['state'];

/** The origin of a rerun. `from`: this step and all after it are not reused. */
export interface Rerun {
  of: string;
  from?: string;
}

export interface RunState {
  runId: string;
  pipeline: string;
  /** `terminated`: a person terminated the workflow in Temporal, which the run itself cannot record. */
  status: 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'terminated';
  steps: Readonly<Record<string, StepState>>;
  startedAt: number;
  endedAt?: number;
  rerun?: Rerun;
  /** Intermediates whose bytes the run deleted at its end, as `keep` says. */
  dropped?: { artifacts: number; bytes: number };
  /** Outputs of the document, for a pipeline that runs it as a step. */
  outputs?: Outputs;
  /** Why no step could start. */
  failure?: StepFailure;
}

export function hasEnded(step: StepState): step is EndedStep {
  return step.state !== 'waiting' && step.state !== 'running';
}

export function hasSucceeded(step: StepState): step is SucceededStep | ReusedStep {
  return step.state === 'succeeded' || step.state === 'reused';
}
