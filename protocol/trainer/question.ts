import { z } from 'zod';

/** A line of the file that the verb `questions` writes. */
export const question = z.strictObject({
  /** Where it stands, as `file:line`. */
  at: z.string(),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  reference: z.string().nullable(),
});
