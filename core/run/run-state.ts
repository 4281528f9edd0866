import type { StepFailure } from '../errors/catalogue.ts';
import type { Handle, Json } from '../handles.ts';
import type { PlannedKind } from '../kinds/registry.ts';
import type { EndState } from './end-state.ts';

export type Outputs = Readonly<Record<string, Json | Handle>>;

/** What a step waits for that only a person can do. */
export interface WaitsFor {
  /** The words that may be said to it. */
  words: readonly ('approve' | 'reject' | 'retry' | 'skip')[];
  /** The question, or what went wrong. */
  about: string;
  /** The commands to type. */
  type: readonly string[];
  /** Milliseconds since 1970. */
  since: number;
  /** What the evaluations before it have found. */
  verdicts?: readonly string[];
  /** Milliseconds since 1970: when silence becomes an answer, and which. */
  until?: number;
  silence?: 'reject' | 'approve';
}

export interface StepState {
  uses: PlannedKind;
  state: 'waiting' | 'running' | EndState;
  /** There while a person is waited for. */
  waitsFor?: WaitsFor;
  /** The run of a step of kind `pipeline`. */
  run?: string;
  /** One line about the result. */
  summary?: string;
  outputs?: Outputs;
  /** There were outputs, but those of all steps together are too much to be told; they stand in the step's folder. */
  outputsLeftOut?: true;
  /** Digests of all artifacts the step published, also of those that are no output. */
  artifacts?: readonly string[];
  failure?: StepFailure;
  /** Why it was carried out again after it had ended well: which step could not read what it made, and what was wrong. */
  madeAgain?: readonly { for: string; because: string }[];
  /** The run whose result was reused; of a pipeline that ran as a step, the run since which nothing in it has changed. */
  reusedFrom?: string;
  /** Why it runs, or why it need not, in one line. */
  because?: string;
  /** Milliseconds since 1970. */
  startedAt?: number;
  endedAt?: number;
}

/** What `rerun` begins from: a run, and the step from which on nothing is reused. */
export interface Rerun {
  of: string;
  from?: string;
}

export interface RunState {
  runId: string;
  pipeline: string;
  /** `terminated`: ended from outside by Temporal's own means, which the run could not record. */
  status: 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'terminated';
  steps: Readonly<Record<string, StepState>>;
  startedAt: number;
  endedAt?: number;
  rerun?: Rerun;
  /** Intermediates whose bytes the run gave up at its end, as `keep` says. */
  dropped?: { artifacts: number; bytes: number };
  /** What its document gives to a pipeline that runs it as a step. */
  outputs?: Outputs;
  /** What went wrong before any step could start. */
  failure?: StepFailure;
}
