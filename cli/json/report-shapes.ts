import { z } from 'zod';
import { open, runStatus, text, time } from './fields.ts';

/** What the commands print that show a run outside the terminal. */
export const reportShapes = {
  report: z.looseObject({
    path: text.describe('of the file'),
    run: text,
    pipeline: text,
    status: runStatus,
    startedAt: time,
    endedAt: time.optional(),
    headline: z.object({ code: text, facts: open('facts of the code') }).describe('what is said first'),
    failures: z.array(open('step, code, message, remedy')),
    exams: z.array(
      open(
        'step, verdict, better, metric, models with their scores, questions with their answers, changes, judge, harness, notes',
      ),
    ),
    trainings: z.array(open('step, curves (loss, evalLoss, …, checkpoints, interruptions), bitEqual, tracked')),
    datasets: z.array(
      open(
        'step, digest, trainRows, evalRows, summary (languages, lengths, leaks, findings), rows (median, most, shortest, longest)',
      ),
    ),
    drifts: z.array(
      open(
        'step, rows it was measured on, bound, taken (index in types), types with their bytes, kl, same_top, logprob, bits_per_byte; the same of parent (f16) and before (the base model)',
      ),
    ),
    timeline: open('from, to, and of each step its state, reason and work (attempts)'),
    models: z.array(open('step, name, digest, from (the tree of its lineage)')),
    cost: open('milliseconds, tokens and bytes'),
    worth: z.array(open('a sentence of “Was it worth it?”: its code and facts')),
    configuration: open('path, text, inputs, steps with every option, pins').optional(),
    commands: z.array(text).describe('that make the run again'),
  }),
  review: z.strictObject({
    path: text.describe('of the review file'),
    run: text,
    step: text,
    written: z.number().describe('rows'),
    refused: z.number().describe('by the checks, and not kept by a person'),
    kept: z.number(),
    edited: z.number(),
    dropped: z.number(),
    added: z.number().describe('rows of the person’s own'),
    undecided: z.number().describe('good rows without a decision'),
    used: z.number().describe('with `unreviewed: keep`'),
  }),
  open: z.strictObject({ link: text.describe('of the page, with its token') }),
} as const;
