import { z } from 'zod';
import { errors } from '../../core/errors/catalogue.ts';
import { trackers } from '../../core/kinds/options/tracking.ts';
import { drift } from './drift.ts';
import { measured, named, real, whole } from './fields.ts';
import { rowNote } from './row-note.ts';

const event = <N extends string, F extends z.ZodRawShape>(name: N, fields: F) =>
  z.strictObject({ event: z.literal(name), ...fields });

/** Codes with which the trainer may fail: those of the catalogue, so that each has a remedy and a rule for retries. */
export const failureCode = z.enum(Object.keys(errors) as [keyof typeof errors, ...(keyof typeof errors)[]]);

const hardware = named('Hardware', z.strictObject({ device: z.string(), cpu: z.string() }));

/** Each line of the trainer's stdout is one of these. The last one is `done`, `failed` or `interrupted`. */
export const trainerEvent = z.discriminatedUnion('event', [
  event('loading', { what: z.enum(['libraries', 'dataset', 'model', 'tokenizer']) }),
  event('reading', { rows: whole }),
  event('reading_document', { name: z.string(), page: whole.describe('0: it has no pages, or none is read yet.') }),
  event('bad_row', { where: z.string(), reason: z.string() }),
  event('downloading', { bytes: whole, total_bytes: whole }),
  event('waiting', {
    holder: z.string().nullable().describe('Who has the device.'),
    pid: whole.nullable(),
  }),
  event('took_over', { attempt: whole, pid: whole }),
  event('quarantined', { path: z.string(), reason: z.string(), moved: z.boolean() }),
  event('resumed', { step: whole, path: z.string(), hardware_changed: z.boolean(), hardware }),
  event('dataset', {
    rows: whole,
    examples: whole,
    dropped: whole,
    truncated: whole,
    tokens: whole,
    trained_tokens: whole,
    lost_tokens: whole,
    eval_examples: whole,
    notes: z.array(rowNote),
  }),
  event('started', {
    step: whole,
    max_steps: whole,
    parameters: whole,
    trainable: whole,
    device: z.string(),
    precision: z.string(),
    threads: whole,
    memory_bytes: whole,
  }),
  event('progress', {
    step: whole,
    max_steps: whole,
    epoch: real,
    loss: measured,
    learning_rate: real,
    grad_norm: measured.nullable(),
    tokens_per_second: real,
    eta_seconds: real,
    memory_bytes: whole,
  }),
  event('evaluating', { step: whole, done: whole, total: whole }),
  event('evaluated', { step: whole, eval_loss: real, best: z.boolean() }),
  event('early_stopped', { step: whole, best_step: whole.nullable(), best_eval_loss: real.nullable() }),
  event('saving', { step: whole }),
  event('checkpoint', {
    step: whole,
    path: z.string(),
    bytes: whole,
    eval_loss: real.nullable(),
    best: z.boolean(),
    finished: z.boolean(),
    digest: z.string(),
  }),
  event('tracked', { to: z.enum(trackers), where: z.string().describe('Its page, or how to open it.') }),
  event('untracked', { to: z.enum(trackers), why: z.string() }),
  event('merging', { tensor: z.string(), done: whole, total: whole }),
  event('converting', { done: whole, total: whole }),
  event('measuring', { done: whole, total: whole }),
  event('drift_measured', { name: z.string().describe('Of the candidate.'), ...drift.shape }),
  event('answered', { id: z.string(), tokens: whole, done: whole, total: whole }),
  event('interrupted', { step: whole.describe('The state at this step is saved.') }),
  event('failed', { code: failureCode, message: z.string(), facts: z.record(z.string(), z.unknown()) }),
  event('done', { outputs: z.unknown().describe('Those of the verb.') }),
]);

export type TrainerEvent = z.output<typeof trainerEvent>;
