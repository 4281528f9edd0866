import { z } from 'zod';
import { change, count, flag, open, runStatus, text, time } from './fields.ts';

const wait = z.looseObject({
  step: text.optional(),
  code: text,
  facts: open('facts of the code'),
  text,
  remedy: text.optional(),
});
const failure = z.object({ code: text, message: text, remedy: text });

const started = z.strictObject({
  run: text,
  status: runStatus.describe('how it ended; `running` with `--detach`, or if Ctrl-C has stopped the watching'),
  link: text.nullable().describe('the run in Temporal’s web UI, if there is one'),
});

const changed = z.strictObject({
  run: text,
  status: runStatus.describe('before the command'),
  done: flag.describe('false if the run had ended already'),
});

/** What commands about runs print with `--json`. */
export const runShapes = {
  run: started,
  quickstart: started,
  resume: started,
  rerun: z.union([started, z.strictObject({ of: text, changes: z.array(change) }).describe('with `--dry-run`')]),
  watch: started,
  validate: z.array(
    z.strictObject({
      file: text,
      line: count,
      column: count,
      code: text,
      level: text.optional().describe('`warning`; absent for an error'),
      reason: text,
      facts: open('facts of the reason'),
      path: text.optional(),
      message: text,
      hint: text.optional(),
      docs: text.describe('the place in these pages that explains it'),
      fixable: z.literal(true).optional().describe('`--fix` repairs it'),
      fixed: z.literal(true).optional().describe('`--fix` has repaired it; its place is that before'),
    }),
  ),
  plan: z.union([
    z.looseObject({
      version: count,
      pipeline: text,
      inputs: open('values by name'),
      steps: z.array(open('id, uses, with (every option), needs, if, matrix, retry, queue, reuse')),
      forecast: z
        .strictObject({
          steps: z.array(
            z.strictObject({
              step: text,
              action: text.describe('`run`, `reuse`, `after` (a step that runs), `condition`, `ask` or `unknown`'),
              because: open('why: code and facts').optional(),
              steps: z.array(text).optional().describe('of `after`'),
              code: text.optional().describe('of `unknown`'),
              message: text.optional(),
              why: text,
              seconds: z.number().optional(),
              disk: z.number().optional().describe('bytes'),
              memory: z.number().optional().describe('bytes'),
              device: z.number().optional().describe('bytes of the GPU'),
              from: text.optional().describe('`earlier` run, or `formula`'),
              run: text.optional(),
            }),
          ),
          total: open('seconds, disk, memory, device, and the steps that are not known'),
        })
        .describe('docs/estimates.md has the formulas; absent figures are not known'),
    }),
    z.array(open('with `--prove`: step, base, type, verdict and what was tried')),
  ]),
  ps: z.array(
    z.strictObject({
      run: text,
      status: runStatus,
      started: time.optional(),
      ended: time.optional(),
      schedule: text.optional().describe('that started it'),
      unchangedSince: text.optional(),
      hasDevice: z.array(z.object({ run: text, step: text, host: text, since: time })).optional(),
      waitsForDevice: z.array(z.object({ run: text, step: text, since: time })).optional(),
      note: text,
      waits: z.array(wait).optional(),
    }),
  ),
  show: z.looseObject({
    runId: text,
    status: runStatus,
    pipeline: text.optional(),
    startedAt: time.optional(),
    endedAt: time.optional(),
    steps: z
      .record(text, open('uses, state, outputs, summary, because (as data), why (in words), failure, …'))
      .optional(),
    attempts: z
      .record(text, z.array(open('a line of the ledger')))
      .optional()
      .describe('by step'),
    failure: failure.optional(),
    waits: z.array(wait).optional(),
    unchangedSince: text.optional(),
    notification: open('how `on_failure` or `on_waiting` went').optional(),
  }),
  logs: z
    .strictObject({
      step: text,
      event: open('an event of the trainer').optional(),
      text: text.optional().describe('any other line'),
    })
    .describe('one for each line of a log, each on a line'),
  pause: changed,
  cancel: changed,
  approve: z.strictObject({ run: text, step: text, answer: text }),
  reject: z.strictObject({ run: text, step: text, answer: text }),
  retry: z.strictObject({ run: text, step: text, answer: text }),
  skip: z.strictObject({ run: text, step: text, answer: text }),
} as const;
