import { z } from 'zod';
import type { Plan } from '../core/run/plan.ts';

/** What is to be proven: the trainings of a plan, or one base. */
export type ProveRequest =
  | { plan: Plan }
  | { wanted: { base: string; template?: string; type: string; engine: 'auto' | 'ollama' | 'llama.cpp' } };

const text = z.string();

/** One line of the answer. A route is told for each training. */
export const proveEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('phase'), text }),
  z.object({
    event: z.literal('route'),
    step: text,
    base: text,
    type: text,
    verdict: z.enum(['proven', 'refused', 'unknown']),
    /** It was found in the store. */
    known: z.boolean(),
    architecture: text.nullable(),
    template: text.nullable(),
    engine: text.exactOptional(),
    reason: text.exactOptional(),
    problem: text.exactOptional(),
    ollama: text.exactOptional(),
    remedy: text.exactOptional(),
    trials: z.array(
      z.object({
        engine: text,
        text,
        proofs: z.array(z.object({ name: text, ok: z.boolean(), possible: z.boolean(), detail: text })).readonly(),
      }),
    ),
  }),
  z.object({ event: z.literal('failed'), code: text, message: text, remedy: text }),
]);
export type ProveEvent = z.infer<typeof proveEvent>;
export type ProvenRouteEvent = Extract<ProveEvent, { event: 'route' }>;
