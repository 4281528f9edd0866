import { z } from 'zod';
import { digest, isoTime, open, text } from './fields.ts';

const facts = open('score, metric, baseline, run, step, data and rows, as far as they are known');
const schedule = z.strictObject({ schedule: text, done: text.describe('what was done') });

/** What commands about models and schedules print with `--json`. */
export const modelShapes = {
  models: z.array(
    z.strictObject({
      name: text,
      state: text.describe('`served`, `elsewhere`, `missing`, `unfinished` or `unknown`'),
      digest: digest.optional(),
      since: isoTime.optional(),
      by: text.optional(),
      facts,
      expected: digest.optional(),
      kept: z.array(open('a model that a rollback can serve: digest, tag, since, until, takenBack, facts')),
    }),
  ),
  rollback: z.strictObject({
    name: text,
    digest: digest.describe('of the model that is served now'),
    before: digest.nullable().describe('of the model that was served; null if it has not changed'),
    kept: text.nullable().describe('the tag of the replaced model'),
  }),
  lineage: z.strictObject({
    digest,
    name: text.optional(),
    made: open('run, step, summary and at').nullish(),
    from: z.array(open('what it was made from: what, digest, name, made, state, from')).optional(),
    verdicts: z.array(open('run, step, summary, at, report')).optional(),
    servedAs: z.array(open('name, since, until, takenBack and facts')).optional(),
  }),
  'schedule apply': z.array(
    z.strictObject({
      schedule: text,
      change: z.enum(['new', 'changed', 'unchanged', 'removed']),
      changes: z.array(z.strictObject({ what: text, before: text.optional(), after: text.optional() })),
    }),
  ),
  'schedule ls': z.array(
    z.strictObject({
      id: text,
      cron: text,
      timezone: text,
      paused: z.boolean(),
      next: isoTime.optional(),
      last: z.strictObject({ run: text, status: text }).optional(),
    }),
  ),
  'schedule show': z.looseObject({
    schedule: open('its rules and its plan'),
    paused: z.boolean(),
    note: text.optional(),
    pipeline: text,
    info: open('times and counts of Temporal'),
    last: z.strictObject({ run: text, status: text }).optional(),
  }),
  'schedule pause': schedule,
  'schedule resume': schedule,
  'schedule trigger': schedule,
  'schedule backfill': z.strictObject({ schedule: text, times: z.array(isoTime) }),
  'schedule delete': schedule,
} as const;
