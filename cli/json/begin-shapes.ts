import { z } from 'zod';
import { count, flag, open, text } from './fields.ts';
import { runShapes } from './run-shapes.ts';

/** What the commands print with which a person begins. */
export const beginShapes = {
  init: z.strictObject({
    pipeline: text.describe('the file'),
    exam: text.nullable().describe('the file; none where the rows are too few'),
    questions: count,
    base: text.describe('as the option `base` has it'),
    pull: flag.describe('whether Ollama must get the base first'),
    rows: open('what the reader of rows says of them, none for the example').nullable(),
    options: z.array(
      z.strictObject({
        step: text,
        option: text,
        value: z.unknown(),
        reason: text,
        facts: open('facts of the reason'),
      }),
    ),
    left: z.array(z.strictObject({ key: text, why: text })).describe('with `--from`: what was not taken'),
  }),
  tune: runShapes.run,
} as const;
