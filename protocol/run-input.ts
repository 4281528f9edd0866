import { z } from 'zod';
import { planSchema } from '../core/run/schemas/plan.ts';
import { type RunState, rerunSchema, stepStateSchema } from '../core/run/schemas/state.ts';
import { pinsSchema, queuesSchema, stepResultSchema } from './activities.ts';

const text = z.string();

/** Where a run continues: its pins, the steps that had succeeded, and the same of its pipelines that had not. */
export interface Continuation {
  pins: z.infer<typeof pinsSchema>;
  succeeded: RunState['steps'];
  children?: Readonly<Record<string, Continuation>>;
}
/** Continuations contain continuations, which zod cannot infer. */
const continuationSchema: z.ZodType<Continuation> = z.lazy(() =>
  z.object({
    pins: pinsSchema,
    succeeded: z.record(text, stepStateSchema),
    children: z.record(text, continuationSchema).exactOptional(),
  }),
);

/** What the execution before has done. */
const continuedSchema = z.object({
  /** Steps that have ended, in whichever state. */
  ended: z.record(text, stepStateSchema).readonly(),
  /** Results to reuse, of steps that have not ended. */
  reused: z.record(text, stepResultSchema).readonly(),
  startedAt: z.number(),
  paused: z.boolean(),
});

/** Temporal warns at 10,240 events of a history and ends a run at 51,200, or at 50 MB. */
const historyLimitsSchema = z.object({
  /** From here on the run continues in a new execution as soon as nothing runs; by default when Temporal suggests it. */
  dueEvents: z.number().exactOptional(),
  /** From here on nothing starts until then. */
  maxEvents: z.number(),
});
export type HistoryLimits = z.infer<typeof historyLimitsSchema>;

/**
 * The argument of the workflow. The workflow takes only its type, since zod would add about 1 MB to its bundle: `pin`, the
 * first activity of every run, parses the plan and the pins.
 */
export const runInputSchema = z.object({
  /** Absent if a schedule starts the run: its workflow id is then the schedule's, with the time. */
  runId: text.exactOptional(),
  plan: planSchema,
  queues: queuesSchema,
  reuse: z.boolean(),
  rerun: rerunSchema.exactOptional(),
  /** The schedule that starts the run. */
  schedule: z.object({ id: text, pauseOnFailure: z.number().exactOptional() }).exactOptional(),
  acceptVersions: z.boolean().exactOptional(),
  /** Silence of a worker after which an attempt counts as lost, such as `30s`; by default that of the step's kind. */
  heartbeat: text.exactOptional(),
  /** Given when a closed run is resumed, and to a pipeline that runs as a step. */
  resume: continuationSchema.exactOptional(),
  /** In a child run: digest of an artifact that a later step of the outer run could not read. The step that made it runs again. */
  replaces: text.exactOptional(),
  /** Given when a run whose history is full continues in a new execution. */
  continued: continuedSchema.exactOptional(),
  /** Temper's search attributes that the namespace has; a run of an earlier version sets none. */
  searchable: z.array(text).readonly().exactOptional(),
  /** When a history is full; by default as `history-watch.ts` says. */
  historyLimits: historyLimitsSchema.exactOptional(),
});
export type RunInput = z.infer<typeof runInputSchema>;

/** The workflow that executes a plan. */
export type RunPipeline = (input: RunInput) => Promise<RunState>;
