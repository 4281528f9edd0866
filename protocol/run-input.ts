import type { Plan } from '../core/run/plan.ts';
import type { Rerun, RunState, StepState } from '../core/run/run-state.ts';
import type { Pins, Queues, StepResult } from './activities.ts';

/** The workflow that carries out a plan, by its name on the wire and its type. */
export const runPipelineType = 'runPipeline';
export type RunPipeline = (input: RunInput) => Promise<RunState>;

/** The argument of the workflow. */
export interface RunInput {
  /** Absent where a schedule starts the run: its workflow id is then the schedule's, with the time. */
  runId?: string;
  plan: Plan;
  queues: Queues;
  reuse: boolean;
  rerun?: Rerun;
  /** The schedule that starts the run. */
  schedule?: { id: string; pauseOnFailure?: number };
  acceptVersions?: boolean;
  /** How long a worker may stay silent before an attempt counts as lost; by default as `timeouts.ts` says. */
  heartbeat?: string;
  /** Given when a closed run goes on, and to a pipeline that runs as a step. */
  resume?: Continuation;
  /** Digest of an artifact of this pipeline, run as a step, that another step could not read: its maker works once more. */
  replaces?: string;
  /** Given when a run whose history has become too long goes on in a new execution. */
  continued?: Continued;
  /** When that is; by default as `history-watch.ts` says. */
  historyLimits?: HistoryLimits;
}

/** From what a run goes on: what it had pinned, the steps that had succeeded, and the same of pipelines that had not. */
export interface Continuation {
  pins: Pins;
  succeeded: Readonly<Record<string, StepState>>;
  children?: Readonly<Record<string, Continuation>>;
}

/** Where the execution before has come to. */
export interface Continued {
  /** Steps that have ended, however they did. */
  ended: Readonly<Record<string, StepState>>;
  /** What had been found done already of those that have not. */
  reused: Readonly<Record<string, StepResult>>;
  startedAt: number;
  paused: boolean;
}

/** Events of history. Temporal warns at 10,240 and ends a run at 51,200, or at 50 MB. */
export interface HistoryLimits {
  /** From here on the run goes on in a new execution at the next moment when nothing runs; by default when Temporal suggests it. */
  due?: number;
  /** From here on nothing new starts until that moment has come. */
  most: number;
}
