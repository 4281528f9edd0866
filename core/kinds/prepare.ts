import { z } from 'zod';
import type { StepDefinition } from './definition.ts';
import { base, described, path, share } from './fields.ts';

const options = z.strictObject({
  source: described(path(), 'The rows: a JSONL, JSON or CSV file.'),
  format: z
    .enum(['auto', 'jsonl', 'json', 'csv'])
    .default('auto')
    .describe('The file format; `auto` goes by the file name, then by content.'),
  shape: z
    .enum(['auto', 'instruction', 'prompt', 'messages', 'sharegpt'])
    .default('auto')
    .describe(
      'What a row looks like: `instruction/input/output`, `prompt/completion`, `messages`, or ShareGPT `conversations`; `auto` detects it and says which.',
    ),
  eval_split: share.default(0.1).describe('Share of rows held out to measure the evaluation loss; 0 holds out none.'),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(42)
    .describe('Seed of the split. The same rows and seed always give the same split.'),
  on_bad_row: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe('What to do with a row that cannot be used: end the step, or leave the row out and count it.'),
  max_bad_rows: share
    .default(0.05)
    .describe('With `on_bad_row: skip`: the share of bad rows above which the step fails all the same.'),
  system: z.string().optional().describe('A system message put before every row that has none.'),
  deduplicate: z.boolean().default(true).describe('Drop rows whose content occurred before; they are counted.'),
  tokenizer: base()
    .optional()
    .describe('The base whose tokenizer counts tokens; without it the count is an estimate, and is called one.'),
});

export const prepare = {
  summary: 'Checks your rows one by one and writes a canonical dataset, split into training and evaluation rows.',
  options,
  outputs: { dataset: 'dataset', rows: 'number', train_rows: 'number', eval_rows: 'number', tokens: 'number' },
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
  rowsOption: 'source',
} as const satisfies StepDefinition;
