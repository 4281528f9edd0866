import { z } from 'zod';
import { reasonSchema } from '../core/reasons.ts';
import type { Plan } from '../core/run/plan.ts';

/** Asks which steps of a plan would be reused. */
export interface ForeseeRequest {
  plan: Plan;
}

const text = z.string();

/** The answer, one line of JSON. Steps that cannot be decided before the run are absent. */
export const foreseeAnswer = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('foreseen'),
    steps: z.record(text, z.object({ reused: z.boolean(), because: reasonSchema.exactOptional() })),
    /** Why steps could not be looked at: as when Ollama does not answer. */
    left: z.record(text, z.object({ code: text, message: text })),
  }),
  z.object({ event: z.literal('failed'), code: text, message: text }),
]);
export type ForeseeAnswer = z.infer<typeof foreseeAnswer>;
