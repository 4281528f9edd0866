import { z } from 'zod';
import { checkpoint } from '../../core/kinds/checkpoint.ts';
import { merge } from '../../core/kinds/merge.ts';
import { mixedFile } from '../../core/kinds/options/mix.ts';
import { trackers } from '../../core/kinds/options/tracking.ts';
import { prepare } from '../../core/kinds/prepare.ts';
import { train } from '../../core/kinds/train.ts';
import { named, real, whole } from './fields.ts';
import { filled, filledShape } from './filled.ts';

/** A model or adapter on this host's disk. `digest` identifies it, `name` is what people call it. */
const onDisk = (name: string) =>
  named(name, z.strictObject({ path: z.string(), name: z.string(), digest: z.string() }));
const base = onDisk('Base');

/** Options of `train` that the trainer gets as files or folders instead. */
const opened = { base: true, dataset: true, continue_from: true } as const;
/** A training knows nothing of trackers: a process of its own reads the log. */
export const trainOptions = train.options.omit({ ...opened, template: true, track: true });

export const rowOptions = prepare.options.omit({
  source: true,
  tokenizer: true,
  exclude: true,
  from: true,
  documents: true,
  mix: true,
  split: true,
  files: true,
});

/** How a file among others is read. */
export const mixedRowOptions = mixedFile.omit({ source: true, weight: true, split: true, files: true });

const parts = z
  .array(z.string())
  .nullable()
  .describe('Files in the folder `source`, which are read one after another; null: `source` is one file.');

/** A file of a dataset of the Hub. `digest`: `sha256:…` of its bytes, or `git:…` as Git names them. */
const fileOfRows = named('FileOfRows', z.strictObject({ name: z.string(), size: whole, digest: z.string() }));

/** What each verb of the trainer is given, in a file. */
export const jobs = {
  prepare: z.strictObject({
    source: z.string(),
    parts,
    out: z.string(),
    ...filledShape(rowOptions),
    mix: z
      .record(
        z.string(),
        named(
          'MixedFile',
          z.strictObject({
            ...filledShape(mixedRowOptions),
            source: z.string(),
            parts,
            weight: real,
          }),
        ),
      )
      .nullable()
      .describe('More files of rows, by name.'),
    exclude: z.string().nullable().describe('A file of questions whose rows are left out.'),
    tokenizer: z.string().nullable().describe('Folder of the base whose tokenizer counts tokens.'),
    max_length: whole.nullable().describe('Rows of more tokens are counted.'),
    summary: z.string().nullable().describe('The file for the figures; null: `summary.json` beside the rows.'),
  }),
  leaks: z.strictObject({
    questions: z.array(z.array(z.string())).describe('The turns of the user in each question.'),
    rows: z.array(z.string()).describe('Files that `prepare` wrote.'),
  }),
  survey: z.strictObject({
    source: z.string(),
    candidates: z
      .string()
      .describe('The file to write: rows that an exam may ask, one question per line, the best first.'),
    max_candidates: whole,
  }),
  questions: z.strictObject({
    source: z.string(),
    out: z.string().describe('The file to write: one question per line.'),
  }),
  extract: z.strictObject({
    documents: z.array(
      named('NamedDocument', z.strictObject({ name: z.string().describe('For people.'), path: z.string() })),
    ),
    out: z.string().describe('The folder for the blocks of each.'),
  }),
  fetch: z.strictObject({
    action: z
      .enum(['resolve', 'settings', 'download'])
      .describe('`settings`: everything but the weights, which a shell of the model needs.'),
    name: z.string(),
    revision: z.string().nullable(),
  }),
  fetch_rows: z.strictObject({
    name: z.string().describe('Of a dataset of the Hub.'),
    revision: z.string().nullable(),
    split: z.string().nullable().describe('null: `train`.'),
    files: z.string().nullable().describe('A pattern of file names, which decides in place of the split.'),
    chosen: z.array(fileOfRows).nullable().describe('The files to download; null: only find them and the commit.'),
  }),
  modelscope: z.strictObject({
    action: z
      .enum(['resolve', 'settings', 'download'])
      .describe('`settings`: everything but the weights, which a shell of the model needs.'),
    name: z.string(),
    revision: z.string().nullable().describe('A branch or a tag; null: `master`.'),
    files_digest: z.string().nullable().describe('What `resolve` gave for the files; other files are refused.'),
  }),
  train: z.strictObject({
    attempt: whole,
    workdir: z.string().describe('Kept across attempts: LOCK, checkpoints/ and quarantine/ live here.'),
    base,
    dataset: named('Dataset', z.strictObject({ train: z.string(), eval: z.string().nullable(), digest: z.string() })),
    continue_from: onDisk('Start').nullable().describe('The adapter whose weights the training starts with.'),
    resume_from: z
      .string()
      .nullable()
      .describe('A checkpoint that came from the store; it competes with the local ones by step.'),
    accept_versions: z.boolean(),
    device_locks: z
      .string()
      .nullable()
      .describe('Folder of the locks by which trainings of different runs take turns on a device.'),
    options: named(
      'Options',
      z.strictObject({
        ...filledShape(trainOptions),
        template: z.string().nullable().describe("The text of a Jinja template; without it the base's own is used."),
      }),
    ),
  }),
  track: z.strictObject({
    to: z.enum(trackers),
    log: z.string().describe('The log of the training: one event per line, among other lines, of all its attempts.'),
    folder: z.string().describe('For what the tracker keeps on this disk. Kept across attempts.'),
    url: z.string().nullable().describe('Of its server; of TensorBoard its folder.'),
    run: named(
      'TrackedRun',
      z.strictObject({
        id: z.string().describe('The same for every attempt of a training, and of no other one.'),
        name: z.string(),
        project: z.string(),
        group: z.string().describe('The run, whose trainings belong together.'),
        link: z.string().nullable().describe('Its page.'),
        config: z
          .record(z.string(), z.union([z.string(), real, z.boolean()]))
          .describe('Options, by their dotted path.'),
      }),
    ),
  }),
  adapter: z.strictObject({
    checkpoints: z.string(),
    select: filled(checkpoint.options.shape.select),
    out: z.string(),
  }),
  merge: z.strictObject({
    base,
    adapter: z
      .string()
      .nullable()
      .describe('Folder of the adapter; without it the base is written as importers read it.'),
    out: z.string(),
    dtype: filled(merge.options.shape.dtype),
  }),
  probe: z.strictObject({
    model: z.string(),
    adapter: z
      .string()
      .nullable()
      .describe('Folder of the adapter with which the model answers, by the template of its training.'),
    out: z.string().describe('The file to write.'),
    questions: z.array(z.string()),
    max_tokens: whole.describe('Tokens of a greedy answer; 0 answers nothing.'),
    margin: z.number(),
  }),
  shell: z.strictObject({
    base: z.string().describe('Folder of a base model, whose weights may be missing.'),
    template: z.string().nullable().describe("The text of a Jinja template; without it the base's own is used."),
    thoughts: z.enum(['keep', 'drop']).describe('As in the training. The rows that it keeps are taken to have none.'),
    out: z.string().describe('The folder to write: a small model with random weights.'),
    probe: z.string().describe('The file for its prompts, as `probe` writes it.'),
    adapter: named('TrialAdapter', z.strictObject({ out: z.string(), lora: filled(train.options.shape.lora) }))
      .nullable()
      .describe('The folder for an adapter of random numbers on the small model.'),
  }),
  convert: z.strictObject({
    model: z.string(),
    out: z.string().describe('The GGUF file to write.'),
    type: z.string(),
    source: z.string().describe("Folder with llama.cpp's sources."),
  }),
  convert_adapter: z.strictObject({
    base: z.string().describe('Folder of the base; its weights are not read.'),
    adapter: z.string(),
    out: z.string().describe('The GGUF file to write.'),
    source: z.string().describe("Folder with llama.cpp's sources."),
  }),
  dequantize: z.strictObject({
    source: z.string().describe('The GGUF file.'),
    out: z.string().describe('The folder to write.'),
    template: z.string().nullable().describe("The text of a Jinja template; without it the file's own is used."),
  }),
  drift: z.strictObject({
    model: z.string().describe('Folder of the model that was converted.'),
    parent: z.string().describe('Its f16 GGUF file.'),
    candidates: z.array(named('Candidate', z.strictObject({ name: z.string(), path: z.string() }))),
    rows: z.string().nullable().describe('Rows as `prepare` wrote them; null: only whether the model can be measured.'),
    thoughts: z.enum(['keep', 'drop']).describe('As in the training.'),
    max_bytes: whole.describe('Of answers, in UTF-8.'),
    base: z.string().nullable().describe('Folder of the base model that it was trained from; null: not at hand.'),
    work: z.string().describe('Folder for the probabilities of the f16 model while others are held against them.'),
  }),
  importance: z.strictObject({
    model: z.string().describe('Folder of the model that was converted.'),
    parent: z.string().describe('Its f16 GGUF file.'),
    rows: z.string().describe('Rows as `prepare` wrote them.'),
    thoughts: z.enum(['keep', 'drop']).describe('As in the training.'),
    max_tokens: whole,
    out: z.string().describe('The file to write.'),
  }),
  score: z.strictObject({
    references: z.array(z.union([z.string(), z.array(z.string())]).nullable()),
    answers: z.record(z.string(), z.array(z.string())).describe('By model, in the order of the references.'),
    ends: z
      .record(z.string(), z.array(z.enum(['whole', 'cut', 'none'])))
      .describe(
        'Which answers go on (`cut`) or are unknown (`none`). By model; those of a model that is missing are whole.',
      ),
  }),
} as const;

export type Verb = keyof typeof jobs;
export type Job<V extends Verb> = z.input<(typeof jobs)[V]>;
