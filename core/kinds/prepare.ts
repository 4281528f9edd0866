import { z } from 'zod';
import { prepareNeeds } from '../estimates/kinds/data.ts';
import { isRecord } from '../json.ts';
import type { RawOptions, StepDefinition } from './definition.ts';
import { documentsOption } from './options/documents.ts';
import { base, described, path, rowsPath, share } from './options/fields.ts';
import { isHubRows } from './options/hub-rows.ts';
import { hubFiles, hubSplit, mix, rowFormat, rowShape } from './options/mix.ts';
import { rowMap } from './options/row-map.ts';

const options = z.strictObject({
  from: z
    .enum(['rows', 'documents'])
    .optional()
    .describe('What `source` holds: `rows` (the default), or `documents`, of which a model makes rows.'),
  documents: documentsOption.optional(),
  source: described(
    rowsPath(),
    'The rows: a JSONL, JSON, CSV, Parquet or Arrow file; the text files may be packed with gzip, bzip2, xz or zstd. Or a dataset of the Hub: `hub:org/name`, or `hub:org/name@revision`. With `from: documents` a PDF, Word, Markdown, HTML, EPUB or text file, or a folder of them.',
  ),
  split: described(hubSplit.optional(), 'Of a dataset of the Hub: the split to read. Without it and `files`, `train`.'),
  files: described(
    hubFiles.optional(),
    'Of a dataset of the Hub: the files to read, as a pattern such as `**/train-*.parquet`. `*` stays within a folder, `**` does not.',
  ),
  mix,
  format: rowFormat
    .default('auto')
    .describe('The format of a text file. `auto` decides by the content, then by the file name.'),
  shape: rowShape
    .default('auto')
    .describe(
      'The keys of a row: `instruction/input/output`, `prompt/completion`, `messages`, or ShareGPT `conversations`. `auto` reads each row by its own keys.',
    ),
  map: rowMap
    .optional()
    .describe(
      'Which keys of the rows hold their parts, where they have names of their own: `{ user: frage, assistant: antwort }`.',
    ),
  learn: z
    .enum(['all', 'last'])
    .optional()
    .describe(
      'Which answers of a conversation are learned: `all` (the default), or the `last` one. A message with `weight: 0` is never learned.',
    ),
  ignore_keys: z
    .array(z.string())
    .optional()
    .describe(
      'Keys of rows that are not read, whatever they mean, such as `[id]`. docs/rows.md says which keys refuse a row.',
    ),
  eval_split: share
    .default(0.1)
    .describe('Share of the rows that is held out to measure the evaluation loss. 0 holds out none.'),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(42)
    .describe('Seed of the split. Equal rows and an equal seed give the same split.'),
  on_bad_row: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe('What happens to a row that cannot be used: `fail` ends the step, `skip` drops the row and counts it.'),
  max_bad_rows: share
    .default(0.05)
    .describe('With `on_bad_row: skip`, the share of bad rows above which the step fails.'),
  system: z.string().optional().describe('A system message for each row that has none.'),
  deduplicate: z.boolean().default(true).describe('Drop duplicate rows and count them.'),
  exclude: described(
    path().optional(),
    'A file of questions, such as the exam of an `evaluate` step. Rows that ask one of them, or nearly the same, in any of their turns are left out and named.',
  ),
  on_leak: z
    .enum(['drop', 'fail'])
    .optional()
    .describe(
      'What happens if a row asks a question of `exclude`: `drop` (the default) leaves the row out and names it, `fail` ends the step.',
    ),
  tokenizer: base()
    .meta({ ...base().meta(), role: 'tokenizer' })
    .optional()
    .describe(
      'The base model whose tokenizer counts the tokens. Without it, the count is an estimate and is marked as one.',
    ),
});

function readsDocuments({ from }: RawOptions): boolean {
  return from === 'documents';
}

function writesElsewhere({ documents }: RawOptions): boolean {
  return isRecord(documents) && isRecord(documents.writer) && documents.writer.url !== undefined;
}

export const prepare = {
  summary: 'Checks each row and writes a dataset, split into training and evaluation rows.',
  options,
  outputs: { dataset: 'dataset', rows: 'number', train_rows: 'number', eval_rows: 'number', tokens: 'number' },
  isMeans: true,
  checkTogether: ({ from, documents, source }) =>
    readsDocuments({ from }) === (documents !== undefined)
      ? readsDocuments({ from }) && isHubRows(source)
        ? 'documents-of-hub'
        : undefined
      : documents === undefined
        ? 'documents-without-writer'
        : 'documents-of-rows',
  readsDocuments,
  documentsAt: (options) => (readsDocuments(options) ? [['source']] : []),
  keysOption: 'map',
  skipsBadRows: ({ on_bad_row }) => on_bad_row === 'skip',
  excludes: ({ split, files }) => (split !== undefined && files !== undefined ? [['split', 'files']] : []),
  idle: ({ eval_split, on_bad_row, exclude, on_leak, ...options }) => [
    ...(eval_split === 0 ? [{ option: ['seed'], because: { option: 'eval_split', value: '0' } }] : []),
    ...(on_bad_row === 'fail' ? [{ option: ['max_bad_rows'], because: { option: 'on_bad_row', value: 'fail' } }] : []),
    ...(on_leak !== undefined && exclude === undefined
      ? [{ option: ['on_leak'], because: { option: 'exclude', value: 'not given' } }]
      : []),
    ...(typeof options.source !== 'string' || isHubRows(options.source) || options.source.includes('${{')
      ? []
      : ['split', 'files'].flatMap((name) =>
          options[name] === undefined ? [] : [{ option: [name], because: { option: 'source', value: 'a file' } }],
        )),
  ],
  needs: prepareNeeds,
  executor: 'activity',
  // A writer in Ollama needs the device, one at an address does not.
  usesDevice: (options) => readsDocuments(options) && !writesElsewhere(options),
  keepsProgress: readsDocuments,
  revision: 4,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
  rowsOption: 'source',
  mixOption: 'mix',
  secretOptions: ['documents.writer.api_key'],
  exceptOption: 'exclude',
  heldOutOption: 'eval_split',
} as const satisfies StepDefinition;
