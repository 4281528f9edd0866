import type { StepFailure } from './errors.ts';
import type { Handle, Json } from './handles.ts';
import type { EndState } from './run-graph.ts';
import type { StepKind } from './steps.ts';

export type Outputs = Readonly<Record<string, Json | Handle>>;

export interface StepState {
  uses: StepKind;
  state: 'waiting' | 'running' | EndState;
  /** One line about the result. */
  summary?: string;
  outputs?: Outputs;
  /** Digests of all artifacts the step published, also of those that are no output. */
  artifacts?: readonly string[];
  failure?: StepFailure;
  /** Why it was carried out again after it had ended well: which step could not read what it made, and what was wrong. */
  madeAgain?: readonly { for: string; because: string }[];
  /** The run whose result was reused. */
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
  /** What went wrong before any step could start. */
  failure?: StepFailure;
}
