import type { Plan } from '../core/run/plan.ts';
import type { Rerun, RunState, StepState } from '../core/run/run-state.ts';
import type { Pins, Queues, StepResult } from './activities.ts';

/** The workflow that carries out a plan, by its name on the wire and its type. */
export const runPipelineType = 'runPipeline';
export type RunPipeline = (input: RunInput) => Promise<RunState>;

/**
 * The argument of the workflow. No schema parses it, or the inputs of activities: only temper writes them, and zod would add
 * about 1 MB to the workflow bundle. What may be of another version is checked by its version: `pin`, the first activity of
 * every run, refuses a stored plan by `plan.version`, and runs under way must replay (test/workflows/replay.test.ts).
 */
export interface RunInput {
  /** Absent if a schedule starts the run: its workflow id is then the schedule's, with the time. */
  runId?: string;
  plan: Plan;
  queues: Queues;
  reuse: boolean;
  rerun?: Rerun;
  /** The schedule that starts the run. */
  schedule?: { id: string; pauseOnFailure?: number };
  acceptVersions?: boolean;
  /** Silence of a worker after which an attempt counts as lost, such as `30s`; by default that of the step's kind. */
  heartbeat?: string;
  /** Given when a closed run is resumed, and to a pipeline that runs as a step. */
  resume?: Continuation;
  /** In a child run: digest of an artifact that a later step of the outer run could not read. The step that made it runs again. */
  replaces?: string;
  /** Given when a run whose history is full continues in a new execution. */
  continued?: Continued;
  /** When a history is full; by default as `history-watch.ts` says. */
  historyLimits?: HistoryLimits;
}

/** Where a run continues: its pins, the steps that had succeeded, and the same of its pipelines that had not. */
export interface Continuation {
  pins: Pins;
  succeeded: Readonly<Record<string, StepState>>;
  children?: Readonly<Record<string, Continuation>>;
}

/** What the execution before has done. */
export interface Continued {
  /** Steps that have ended, in whichever state. */
  ended: Readonly<Record<string, StepState>>;
  /** Results to reuse, of steps that have not ended. */
  reused: Readonly<Record<string, StepResult>>;
  startedAt: number;
  paused: boolean;
}

/** Temporal warns at 10,240 events of a history and ends a run at 51,200, or at 50 MB. */
export interface HistoryLimits {
  /** From here on the run continues in a new execution as soon as nothing runs; by default when Temporal suggests it. */
  dueEvents?: number;
  /** From here on nothing starts until then. */
  maxEvents: number;
}
