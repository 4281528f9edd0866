import { z } from 'zod';
import { phaseSchema, reasonSchema } from '../core/reasons.ts';

/** What a running step tells in its heartbeat; the live view and the Temporal UI show it. */
export const progressSchema = z.object({
  phase: phaseSchema,
  /** The phase in words, for a person who reads the heartbeat in the Temporal UI. */
  text: z.string().optional(),
  /** Why the step runs although one like it may have run before. */
  because: reasonSchema.optional(),
  /** Of the whole step, 0 to 1, where it is known. */
  fraction: z.number().optional(),
  step: z.number().optional(),
  max_steps: z.number().optional(),
  loss: z.number().optional(),
  /** The loss from the first step on, in a few points, whatever interruptions there were. */
  losses: z.array(z.number()).optional(),
  /** The newest loss on held-out rows. */
  eval_loss: z.number().optional(),
  learning_rate: z.number().optional(),
  tokens_per_second: z.number().optional(),
  /** Only once the estimates agree. */
  eta_seconds: z.number().optional(),
  memory_bytes: z.number().optional(),
  /** The newest saved checkpoint, by optimizer step. */
  checkpoint: z.number().optional(),
});
export type Progress = z.infer<typeof progressSchema>;
