import { z } from 'zod';
import { described, rowsPath } from './fields.ts';
import { rowMap } from './row-map.ts';

export const rowFormat = z.enum(['auto', 'jsonl', 'json', 'csv']);
export const rowShape = z.enum(['auto', 'instruction', 'prompt', 'messages', 'sharegpt']);

/** They choose the files of a dataset of the Hub. */
export const hubSplit = z.string().regex(/^[\w.-]+$/, 'is the name of a split, such as `train`');
export const hubFiles = z.string().min(1);

/** Another file of rows. How it is read is its own: it need not look like the first one. */
export const mixedFile = z.strictObject({
  source: described(rowsPath(), 'The file, or a dataset of the Hub (`hub:org/name@revision`).'),
  split: hubSplit.optional().describe('As `split` of the step.'),
  files: hubFiles.optional().describe('As `files` of the step.'),
  weight: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .describe(
      'How often each of its rows is learned in an epoch. 2: twice. 0.5: half of the rows once, drawn by their content and `seed`. Rows of the step’s own `source` have the weight 1.',
    ),
  format: rowFormat.default('auto').describe('As `format` of the step.'),
  shape: rowShape.default('auto').describe('As `shape` of the step.'),
  map: rowMap.optional().describe('As `map` of the step.'),
});

export const mix = z
  .record(z.string().regex(/^[\w-]+$/, 'is a name of letters, digits, `_` and `-`'), mixedFile)
  .optional()
  .describe(
    'More files whose rows are learned too, each by a name: `{ general: { source: ./general.jsonl, weight: 0.5 } }`. Duplicates and rows that ask the exam are left out across all files. Of each file the share `eval_split` is held out, once.',
  );
