import type { Pins, Queues } from '../activities/contract.ts';
import type { Plan } from '../core/plan.ts';
import type { Rerun, StepState } from '../core/run-state.ts';

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
  /** Given when a closed run goes on: what it had pinned, and the steps that had succeeded. */
  resume?: { pins: Pins; succeeded: Readonly<Record<string, StepState>> };
}
