import { z } from 'zod';
import { artifact, described, positive } from './fields.ts';

const names = ['before', 'after', 'production'] as const;

/** Other ways to the same answers: what a prompt or a look at the rows reaches without a training. */
export const arms = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name')
      .refine((name) => !(names as readonly string[]).includes(name), 'names a model of its own'),
    z.strictObject({
      model: z.enum(names).default('before').describe('The model that is asked in this way.'),
      system: z.string().min(1).optional().describe('A system message, in place of the one of the evaluation.'),
      rows: described(
        artifact('dataset').optional(),
        'Rows to look things up in: `${{ steps.<prepare step>.outputs.dataset }}`. For each question the nearest stand before it as earlier turns, found by BM25 over their words.',
      ),
      nearest: positive.max(20).default(3).describe('The number of rows that stand before a question.'),
    }),
  )
  .optional()
  .describe(
    'Other ways to answer, by name, each asked the same questions: a system message, or the nearest rows before each question. The report says what each reaches and what it costs; `better` does not depend on them.',
  );
