import { z } from 'zod';
import { drift, predicted } from './drift.ts';
import { named, real, whole } from './fields.ts';
import type { Verb } from './jobs.ts';
import { leftOutChat } from './left-out-chat.ts';
import { rowFinding } from './row-finding.ts';
import { rowNote } from './row-note.ts';

const scores = named(
  'Scores',
  z.strictObject({
    chrf: real.nullable(),
    rouge_l: real.nullable(),
    exact: real.nullable(),
    contains: real.nullable(),
  }),
);

/** A row that gives a question of an exam away. */
const leak = named(
  'Leak',
  z.strictObject({
    row: z.string().describe('Its place, as `file:line`.'),
    question: z.string().describe('That of the question.'),
    similarity: real.describe('Jaccard similarity of the pieces of their texts; 1: equal.'),
  }),
);

/** Estimates: no tokenizer is known yet. */
const tokenCounts = named(
  'TokenCounts',
  z.strictObject({ total: whole, median: whole, p95: whole, p99: whole, longest: whole }),
);

const hubFile = named('HubFile', z.strictObject({ name: z.string(), size: whole }));

/** What each verb answers when it is done. */
export const outputs = {
  prepare: z.strictObject({
    rows: whole,
    train_rows: whole,
    eval_rows: whole,
    dropped: named('Dropped', z.strictObject({ duplicate: whole, bad: whole, excluded: whole })),
    unused_keys: z.record(z.string(), whole).describe('Keys of rows that are not read, with the number of their rows.'),
    leaks: z.array(leak).describe('The first rows that were left out, since they ask a question of the exam.'),
    same_answers: z
      .array(leak)
      .describe('Rows that ask something else and have the reference of a question as their answer.'),
    findings: z.array(rowFinding).describe('The first rows of each code; of near duplicates the nearest.'),
    finding_rows: z.record(z.string(), whole).describe('Rows by code.'),
    sources: z
      .record(z.string(), named('SourceRows', z.strictObject({ rows: whole, kept: whole, learned: whole })))
      .describe(
        'Of each file, where there are several: its rows, those that are kept, and how many are learned in an epoch.',
      ),
    tokens: whole,
    shape: z.string().describe('That of most rows.'),
  }),
  leaks: z.strictObject({
    found: z.array(leak).describe('The first row of each question that is found. Its `question` is an index.'),
  }),
  survey: z.strictObject({
    rows: whole.describe('Those that can be used, each once.'),
    bad_rows: whole,
    bad_row: z.string().nullable().describe('The first of them, with its reason.'),
    duplicates: whole,
    near_duplicates: whole.describe('Rows whose question is nearly that of an earlier row.'),
    compared_rows: whole.describe('Those among which near duplicates were looked for: the first ones.'),
    format: z.string(),
    shape: z.string().describe('That of most rows.'),
    unused_keys: z.record(z.string(), whole),
    map: z
      .record(z.string(), z.string())
      .describe(
        'The `map` with which the rows were read, since their keys almost name their parts; empty where none is needed.',
      ),
    languages: z.record(z.string(), whole).describe('Rows by language, the most frequent first.'),
    with_system: whole,
    with_history: whole.describe('Rows of several turns.'),
    with_thoughts: whole,
    distinct_answers: whole,
    row_tokens: tokenCounts,
    answer_tokens: tokenCounts,
    candidates: z
      .array(whole)
      .describe('For each question that was written, the rows that are left out of the training if it is asked.'),
  }),
  questions: z.strictObject({
    questions: whole,
    unused_keys: z.record(z.string(), whole),
  }),
  fetch: z.strictObject({
    revision: z.string().describe('The commit.'),
    bytes: whole,
    path: z.string().nullable().describe('The folder with the files; none where the name was only resolved.'),
    files: z.array(hubFile),
    architecture: z.string().nullable(),
    offline: z.boolean().describe('The Hub was not asked; the local cache answered.'),
  }),
  fetch_rows: z.strictObject({
    revision: z.string().describe('The commit.'),
    files: z
      .array(named('FoundFile', z.strictObject({ name: z.string(), size: whole, digest: z.string() })))
      .describe('Those that hold the rows, in the order in which they are read.'),
    path: z.string().nullable().describe('The folder with the files; none where they were only found.'),
  }),
  modelscope: z.strictObject({
    revision: z.string().describe('Digest of the names and bytes of its files.'),
    bytes: whole,
    path: z.string().nullable().describe('The folder with the files; none where the name was only resolved.'),
    files: z.array(hubFile),
    architecture: z.string().nullable(),
    offline: z.boolean().describe('ModelScope was not asked; the local cache answered.'),
  }),
  train: z.strictObject({
    final_step: whole,
    max_steps: whole,
    train_loss: real.nullable(),
    eval_loss: real.nullable(),
    best_step: whole.nullable(),
    best_eval_loss: real.nullable(),
    checkpoints: z.array(
      named(
        'KeptCheckpoint',
        z.strictObject({ step: whole, path: z.string(), eval_loss: real.nullable(), bytes: whole }),
      ),
    ),
    tokens: whole,
    seconds: real,
    parameters: whole,
    trainable_parameters: whole,
    device: z.string(),
    precision: z.string(),
    early_stopped: z.boolean(),
    resumed_from: z.array(whole),
    bit_equal: z
      .boolean()
      .describe('False when the batch was split after running out of memory, or another environment took over.'),
    splits: z.array(
      named('Split', z.strictObject({ from_step: whole, batch_size: whole, gradient_accumulation: whole })),
    ),
    environments: z.array(
      named('Environment', z.strictObject({ from_step: whole, versions: z.record(z.string(), z.string()) })),
    ),
    notes: z.array(rowNote).describe('What the training learned in another form than the rows have.'),
  }),
  adapter: z.strictObject({
    step: whole,
    selected_by: z.string(),
    eval_loss: real.nullable(),
    train_loss: real.nullable(),
    trainable_parameters: whole,
    parameters: whole,
    share: real,
    bytes: whole,
  }),
  merge: z.strictObject({
    parameters: whole,
    bytes: whole,
    dtype: z.string(),
    merged_tensors: whole,
    template_sha256: z.string().nullable(),
  }),
  probe: z.strictObject({
    chats: whole,
    greedy_chats: whole,
    greedy_tokens: whole,
    stop: z.array(z.string()),
    go_template_found: z.boolean(),
    left_out: z.array(leftOutChat).describe('The chats that the template cannot render.'),
  }),
  extract: z.strictObject({
    documents: z.array(
      named(
        'ExtractedDocument',
        z.strictObject({
          name: z.string(),
          blocks: z.string().describe('The file with its blocks.'),
          kind: z.enum(['pdf', 'docx', 'epub', 'html', 'markdown', 'text']),
          pages: whole.nullable().describe('Null where the format has none.'),
          scanned: z.array(whole).describe('Pages with a picture and no text.'),
          characters: whole,
          repeated: whole.describe('Lines left out: headers, footers and page numbers.'),
          contents: whole.describe('Lines left out: those of a table of contents.'),
        }),
      ),
    ),
    unread: z.array(
      named(
        'UnreadDocument',
        z.strictObject({ name: z.string(), why: z.string().describe('Words that follow the name.') }),
      ),
    ),
  }),
  track: z.strictObject({
    sent: whole.describe('Points that the tracker took from this process.'),
    missing: whole.describe('Points that it has not.'),
  }),
  shell: z.strictObject({
    architecture: z.string().nullable(),
    parameters: whole,
    bytes: whole,
    template_sha256: z.string().nullable(),
    problem: z.string().nullable().describe('Why no shell of this base could be made.'),
  }),
  convert: z.strictObject({
    bytes: whole,
    architecture: z.string().nullable(),
    tensors: whole,
    template_present: z.boolean(),
    pretokenizer: z.string().nullable(),
    add_bos: z.boolean().nullable(),
  }),
  convert_adapter: z.strictObject({
    bytes: whole,
    tensors: whole,
    architecture: z.string().nullable(),
  }),
  dequantize: z.strictObject({
    architecture: z.string(),
    quantization: z.string().describe('The type of most of the weights in the file.'),
    name: z.string().nullable(),
    license: z.string().nullable(),
    parameters: whole,
    bytes: whole.describe('Of the weights.'),
    dtype: z.string(),
    pretokenizer: z.string().nullable(),
    template_sha256: z.string().nullable(),
    end: z.string().nullable().describe('The token that ends an answer.'),
  }),
  drift: z.strictObject({
    rows: whole,
    tokens: whole.describe('Of answers, with their end tokens.'),
    bytes: whole.describe('Of the text of these answers, in UTF-8.'),
    parent: predicted.nullable().describe('By the f16 model.'),
    base: predicted.nullable().describe('By the base model.'),
    weights: whole.describe('Weights that were held against the GGUF file.'),
    measured: z.record(z.string(), drift).describe('By candidate.'),
  }),
  importance: z.strictObject({
    rows: whole,
    tokens: whole,
    matrices: whole.describe('Weights of which it says what matters.'),
  }),
  score: z.strictObject({
    models: z
      .record(
        z.string(),
        named(
          'Scored',
          z.strictObject({
            mean: scores,
            each: z.array(scores),
            floor: z.array(scores).describe('The least scores that the whole answers can have.'),
            ceiling: z.array(scores).describe('The highest ones.'),
            marks_only: whole.describe('Answers that differ from a reference only by marks at their ends.'),
            inside_words: whole.describe('Answers in which a reference is only a part of a longer word or number.'),
          }),
        ),
      )
      .describe('By model; a score is null where there is no reference.'),
  }),
} as const satisfies Record<Verb, z.ZodObject>;

export type Outputs<V extends Verb> = z.output<(typeof outputs)[V]>;
export type Scores = z.output<typeof scores>;
