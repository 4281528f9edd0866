import { z } from 'zod';
import { bytes, change, count, digest, flag, runStatus, text } from './fields.ts';

const outline = z.strictObject({
  run: text,
  pipeline: text,
  status: runStatus,
  tookMs: count.optional().describe('milliseconds'),
});
const answered = z.strictObject({ text, score: count.optional() });
const scored = z.strictObject({
  score: count.optional(),
  judged: count.optional().describe('share of the questions won by the judge, against the model before'),
});

/** What commands that compare, and `export`, print with `--json`. */
export const comparisonShapes = {
  compare: z
    .strictObject({
      question: text,
      options: z.strictObject({ max_tokens: count, seed: count, system: text.nullable(), think: flag }),
      answers: z.array(
        z.strictObject({
          role: z.enum(['before', 'after', 'production', 'named']),
          name: text,
          digest,
          run: text.optional(),
          text,
          thoughts: text.optional(),
          end: text.optional().describe('`stop` for a whole answer'),
          tokens: count.optional(),
          failure: text.optional().describe('why there is no answer'),
        }),
      ),
    })
    .describe('one for each question, each on a line'),
  diff: z.strictObject({
    before: outline,
    after: outline,
    document: z.array(change),
    pins: z.array(change),
    rows: z.record(text, z.strictObject({ before: count, after: count, added: z.array(text), removed: z.array(text) })),
    numbers: z.array(change),
    exams: z.record(
      text,
      z.strictObject({
        metric: text.optional().describe('absent where the two are not scored alike'),
        before: scored,
        after: scored,
        gain: z
          .strictObject({
            mean: z.number(),
            low: z.number(),
            high: z.number(),
            unequal: count,
            sign: z.enum(['higher', 'lower', 'open']),
            enough: count.optional().describe('questions that would probably tell; where `sign` is `open`'),
          })
          .optional()
          .describe('over the questions that both have, with its 95 % interval'),
        questions: z.array(
          z.strictObject({
            question: text,
            reference: text.optional(),
            before: answered,
            after: answered,
            winner: z.enum(['before', 'after', 'neither']).optional(),
          }),
        ),
        onlyBefore: count,
        onlyAfter: count,
        wins: z.record(z.enum(['before', 'after', 'neither']), count),
      }),
    ),
    times: z
      .record(text, z.strictObject({ before: count.optional(), after: count.optional() }))
      .describe('milliseconds, by step'),
  }),
  export: z.strictObject({
    run: text,
    model: text,
    digest,
    folder: text,
    adapter: flag.describe('whether the adapter is there'),
    files: z.array(z.strictObject({ path: text, size: bytes })),
  }),
} as const;
