import { z } from 'zod';

/** What is said to people travels as a code with its facts; `core/words/` makes the sentence where a person reads it. */
export const coded = <Code extends string, Facts extends z.ZodRawShape>(code: Code, facts: Facts) =>
  z.object({ code: z.literal(code), facts: z.object(facts) });
