import { z } from 'zod';
import { duration } from './duration-option.ts';
import { type ArtifactKind, handleSchema } from './handles.ts';
import { defaultKeep } from './promotions.ts';

// Options are parsed once or twice by a process: compiling a parser for each schema first would take longer.
z.config({ jitless: true });

/** Step kinds: the same word for the YAML kind, the activity, its file and its page. */
export const stepKinds = [
  'prepare',
  'train',
  'checkpoint',
  'merge',
  'quantize',
  'import',
  'evaluate',
  'promote',
  'approve',
  'run',
] as const;
export type StepKind = (typeof stepKinds)[number];

/** Kinds that an activity carries out. An approval is a matter between the run and a person. */
export type ActivityKind = Exclude<StepKind, 'approve'>;

/** What a step of a plan is: a kind, or a `pipeline` of its own, whose file the document names. */
export type PlannedKind = StepKind | 'pipeline';

export const isActivityKind = (kind: PlannedKind): kind is ActivityKind => kind !== 'approve' && kind !== 'pipeline';

/** A pipeline in another file, as `uses` names it. */
export const pipelineFile = /^(?:\.{1,2}\/|\/)(?!.*\$\{\{).*\.ya?ml$/;

const positive = z.number().int().positive();
const share = z.number().min(0).max(1);

function artifact<K extends ArtifactKind>(kind: K) {
  return handleSchema.extend({ kind: z.literal(kind) }).meta({
    artifact: kind,
    description: `An artifact of kind ${kind}: an expression that reads another step's output.`,
  });
}

/** A file the document names: relative to the document, pinned to a digest when the run starts. */
const path = () => z.string().min(1).meta({ path: true });

const ollamaTag = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9][A-Za-z0-9._-]*(?::\d+)?\/)?(?:[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,79}(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,79})?$/,
    'is not a model name of Ollama; write `name` or `name:tag` in letters, digits, `.`, `_` and `-`',
  );

const base = () =>
  z
    .union([
      z.string().regex(
        // No `..` in a Hub name or revision: both become parts of paths in the Hub's cache.
        /^(?:\.{0,2}\/.*|~\/.*|(?!.*\.\.)[A-Za-z0-9][\w.-]*(?:\/\w[\w.-]*)?(?:@\w[\w./-]*)?)$/,
        'is neither a Hub name (`org/model`, `org/model@revision`) nor a path (`./dir`)',
      ),
      artifact('model'),
    ])
    .meta({
      base: true,
      description:
        'The model to start from: a Hub name (`org/model`, or `org/model@revision`), a local directory (`./dir`), or a model artifact of another step.',
    });

const described = <T extends z.ZodType>(schema: T, description: string): T =>
  schema.meta({ ...schema.meta(), description }) as T;

const prepare = z.strictObject({
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

const lora = z.strictObject({
  r: positive.default(8).describe('Rank of the adapter matrices. Higher learns more and needs more memory.'),
  alpha: positive.default(16).describe('Scale of the update: it is multiplied by alpha / r.'),
  dropout: share.default(0).describe('Dropout on the adapter input while training.'),
  target_modules: z
    .union([z.literal('all-linear'), z.array(z.string().min(1)).min(1)])
    .default('all-linear')
    .describe('The layers that get an adapter: a list such as `[q_proj, v_proj]`, or `all-linear`.'),
  use_rslora: z
    .boolean()
    .default(false)
    .describe('Scale by alpha / sqrt(r) instead of alpha / r (rank-stabilized LoRA).'),
});

/** A model in Ollama by its name, of which the adapter is meant that it was made of. */
const servedName = () => ollamaTag.meta({ adapter: true });

const train = z.strictObject({
  base: base(),
  dataset: described(artifact('dataset'), 'The prepared rows: `${{ steps.<prepare step>.outputs.dataset }}`.'),
  continue_from: z
    .union([
      ollamaTag,
      z.strictObject({
        model: servedName().describe('The name of a model in Ollama that temper made.'),
        or: z.literal('fresh').describe('`fresh`: where Ollama has no model of that name yet, training begins anew.'),
      }),
      artifact('adapter'),
    ])
    .optional()
    .meta({
      adapter: true,
      description:
        'The adapter to start from: that of a model in Ollama by its name (`my-model:latest`), or the `adapter` output of another step. `{ model: my-model:latest, or: fresh }` begins anew while there is no such model. Base, `r`, `alpha` and `target_modules` must be the same; optimizer and schedule begin afresh.',
    }),
  epochs: z.number().positive().default(3).describe('How often every row is seen.'),
  max_steps: positive.optional().describe('End after this many optimizer steps, whatever `epochs` says.'),
  batch_size: positive.default(2).describe('Rows per device and forward pass.'),
  gradient_accumulation: positive
    .default(1)
    .describe('Forward passes per optimizer step; rows per step = batch_size × this.'),
  learning_rate: z.number().positive().default(2e-4).describe('Peak learning rate.'),
  lr_scheduler: z
    .enum([
      'linear',
      'cosine',
      'constant',
      'constant_with_warmup',
      'cosine_with_restarts',
      'polynomial',
      'inverse_sqrt',
    ])
    .default('cosine')
    .describe('How the learning rate moves over the training.'),
  warmup_steps: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe('Optimizer steps over which the learning rate rises from 0.'),
  warmup_ratio: share.default(0).describe('The same as a share of all steps; used when `warmup_steps` is 0.'),
  weight_decay: z.number().nonnegative().default(0).describe('AdamW weight decay.'),
  max_grad_norm: z
    .number()
    .nonnegative()
    .default(1)
    .describe('Gradients are clipped to this norm; 0 turns clipping off.'),
  max_length: positive.default(1024).describe('Tokens per row; what is longer is cut and counted.'),
  packing: z.boolean().default(false).describe('Put several rows into one sequence; faster when rows are short.'),
  precision: z
    .enum(['auto', 'bf16', 'fp16', 'fp32'])
    .default('auto')
    .describe(
      'Number format of the computation; `auto` takes bf16 where the device has it, else fp16 on a GPU and fp32 on a CPU.',
    ),
  gradient_checkpointing: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe('Recompute activations to save memory, at about a fifth of the speed; `auto` turns it on on a GPU.'),
  seed: z.number().int().nonnegative().default(42).describe('Seed of everything random in the training.'),
  log_every_steps: positive.default(10).describe('Optimizer steps between two log lines.'),
  template: described(path().optional(), 'A Jinja chat template file; by default the template of the base is used.'),
  load_in_8bit: z.boolean().default(false).describe('Load the base in 8 bits (bitsandbytes), to save memory.'),
  load_in_4bit: z.boolean().default(false).describe('Load the base in 4 bits (QLoRA, bitsandbytes), to save memory.'),
  lora: lora.prefault({}).describe('The adapter.'),
  checkpoint: z
    .strictObject({
      every_steps: positive.default(100).describe('Optimizer steps between two checkpoints.'),
      every_minutes: z
        .number()
        .positive()
        .optional()
        .describe('Save also when this many minutes have passed since the last checkpoint.'),
      keep: positive.default(2).describe('Newest checkpoints to keep; the best one is kept besides.'),
    })
    .prefault({})
    .describe('When resumable states are saved.'),
  eval: z
    .strictObject({
      every_steps: positive
        .optional()
        .describe('Optimizer steps between two evaluations; by default one at each checkpoint.'),
    })
    .prefault({})
    .describe('When the evaluation loss is measured on the held-out rows.'),
  early_stop: z
    .strictObject({
      patience: positive.default(3).describe('Evaluations without improvement after which the training ends.'),
      min_delta: z.number().nonnegative().default(0).describe('What counts as an improvement of the evaluation loss.'),
    })
    .optional()
    .describe('End when the evaluation loss stops improving.'),
});

const checkpoint = z.strictObject({
  from: described(
    artifact('checkpoints'),
    'The checkpoints of a training: `${{ steps.<train step>.outputs.checkpoints }}`.',
  ),
  select: z
    .union([z.enum(['best', 'last']), z.strictObject({ step: positive })])
    .default('best')
    .describe('Which one: `best` (lowest evaluation loss), `last`, or `{ step: N }`.'),
});

const merge = z.strictObject({
  base: base(),
  adapter: described(artifact('adapter'), 'The adapter: `${{ steps.<checkpoint step>.outputs.adapter }}`.'),
  dtype: z
    .enum(['auto', 'bf16', 'fp16', 'fp32'])
    .default('auto')
    .describe("Number format of the merged weights; `auto` keeps the base's."),
});

/** Types by the names of llama.cpp's quantizer; Ollama's engine knows the first six. */
export const ggufTypes = [
  'f16',
  'f32',
  'bf16',
  'q8_0',
  'q4_K_M',
  'q4_K_S',
  'q2_K',
  'q3_K_S',
  'q3_K_M',
  'q3_K_L',
  'q4_0',
  'q4_1',
  'q5_0',
  'q5_1',
  'q5_K_S',
  'q5_K_M',
  'q6_K',
  'iq3_S',
  'iq3_M',
  'iq4_NL',
  'iq4_XS',
] as const;

const quantize = z.strictObject({
  model: described(artifact('model'), 'The weights: the `model` output of a merge or run step.'),
  type: z
    .enum(ggufTypes)
    .default('q4_K_M')
    .describe(
      'How weights are stored. `f16` is exact for 16-bit weights, `q8_0` nearly so, `q4_K_M` a quarter of the size.',
    ),
  engine: z
    .enum(['auto', 'ollama', 'llama.cpp'])
    .default('auto')
    .describe(
      "Who converts: Ollama's own conversion where it knows the architecture and type, else llama.cpp's. The choice and its reason are recorded.",
    ),
});

const parameterValue = z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]);

const importModel = z.strictObject({
  gguf: described(artifact('gguf'), 'The converted model: `${{ steps.<quantize step>.outputs.gguf }}`.'),
  name: ollamaTag.describe('The name in Ollama, `name` or `name:tag`.'),
  system: z.string().optional().describe('A system message that Ollama puts before every chat.'),
  stop: z
    .array(z.string().min(1))
    .optional()
    .describe('Stop strings besides those the chat template ends a turn with.'),
  parameters: z
    .record(z.string(), parameterValue)
    .default({})
    .describe(
      'Parameters of the Modelfile, such as `temperature` or `num_ctx`. Only what stands here is set, beside the stop strings.',
    ),
  margin: z
    .number()
    .positive()
    .default(0.05)
    .describe(
      "How far apart (in probability) transformers' two best tokens must lie for a different token in Ollama to fail the proof.",
    ),
});

const evaluate = z.strictObject({
  before: z.union([ollamaTag, artifact('ollama')]).meta({
    ollama: true,
    description: 'The model to compare with: a name in Ollama, or the `model` output of an import step.',
  }),
  after: z.union([ollamaTag, artifact('ollama')]).meta({ ollama: true, description: 'The model to judge.' }),
  production: ollamaTag.optional().meta({
    ollama: true,
    description:
      'The serving name that `after` would take over, for example `my-model:latest`: what it stands for is asked the same questions. Where there is no such model yet, as on the first night, nothing is compared with it.',
  }),
  min_improvement: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'How much higher than those of `before` and `production` the score must be for `better`, on the scale of the metric (0 to 1). A tie is never better: what is served stays.',
    ),
  prompts: described(
    path(),
    'The questions: JSONL with `prompt` (or `instruction`, `messages`) and, for a score, `reference` (or `output`, `completion`).',
  ),
  metric: z
    .enum(['chrf', 'rouge_l', 'exact', 'contains', 'none'])
    .default('chrf')
    .describe(
      'How an answer is compared with its reference; all are reported, this one is the score (0 to 1). `none`: no references, no score.',
    ),
  max_tokens: positive.default(256).describe('Tokens an answer may have.'),
  system: z.string().optional().describe('A system message for every question.'),
  seed: z.number().int().nonnegative().default(42).describe('Seed given to Ollama; decoding is greedy all the same.'),
});

const promote = z.strictObject({
  model: described(artifact('ollama'), 'The candidate: `${{ steps.<import step>.outputs.model }}`.'),
  to: ollamaTag.describe('The serving name, for example `my-model:latest`.'),
  keep: positive
    .default(defaultKeep)
    .describe('How many replaced models stay in Ollama for `temper rollback`; older ones are removed from it.'),
});

const approve = z.strictObject({
  message: z
    .string()
    .min(1)
    .default('May this run go on?')
    .describe('What the person is asked; it may read what earlier steps made.'),
  timeout: duration.optional().describe('How long it waits, as in `24h`; without it, for ever.'),
  on_timeout: z
    .enum(['reject', 'approve'])
    .default('reject')
    .describe('What silence means once `timeout` is over: `reject` fails the step, `approve` lets the run go on.'),
});

const relativeName = z
  .string()
  .regex(
    /^(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9_][\w./-]*$/,
    'must be a relative path inside the working directory, without `..`',
  );

/** Where a path of slashes leads, empty parts and `.` left out. */
const parts = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.');

/** The name among `names` whose place `name` lies in, or is. */
const holderOf = (name: string, names: readonly string[]) =>
  names.find((other) => other !== name && parts(other).every((part, index) => part === parts(name)[index]));

const run = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Program and arguments, no shell. `python` is the one of temper with the training libraries.'),
  shell: z.enum(['bash', 'sh']).optional().describe('Run `script` with this shell.'),
  script: z.string().optional().describe('Text for `shell`.'),
  inputs: z
    .record(relativeName, z.union([path(), handleSchema.meta({ artifact: 'any' })]))
    // Each is a link to what it names: a second one below it would be written there, outside the working directory.
    .superRefine((inputs, context) => {
      for (const name of Object.keys(inputs)) {
        const holder = holderOf(name, Object.keys(inputs));
        if (holder !== undefined)
          context.addIssue({ code: 'custom', path: [name], message: `must not lie inside the input "${holder}"` });
      }
    })
    .optional()
    .describe(
      'What the command reads: files or artifacts by name, found in the working directory under `inputs/<name>`. Without this key the step is never reused.',
    ),
  outputs: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name'),
      z.strictObject({
        path: relativeName
          .refine(
            (path) => parts(path)[0] !== 'inputs',
            'must not lie in `inputs/`, where the command finds what it reads',
          )
          .describe('The file or directory that the command writes, in the working directory.'),
        type: z
          .enum(['model', 'dataset', 'gguf', 'report', 'files'])
          .default('files')
          .describe('What it is, for the steps that read it.'),
      }),
    )
    .default({})
    .describe('What the command makes; each becomes an artifact and an output of the step.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe(
      'Environment variables; secrets are named `${{ secrets.NAME }}` and shown as `***` where the command prints them as they are, URL-encoded or as JSON. Of the worker only PATH, HOME, LANG and the like are passed on.',
    ),
  timeout_minutes: z.number().positive().max(35_000).optional().describe('End the command after this many minutes.'),
});

/** One zod object per step kind: the only place where an option is defined. */
export const stepOptions = {
  prepare,
  train,
  checkpoint,
  merge,
  quantize,
  import: importModel,
  evaluate,
  promote,
  approve,
  run,
} as const satisfies Record<StepKind, z.ZodObject>;
export type StepOptions = { [K in StepKind]: z.infer<(typeof stepOptions)[K]> };

export const stepSummaries: Readonly<Record<StepKind, string>> = {
  prepare: 'Checks your rows one by one and writes a canonical dataset, split into training and evaluation rows.',
  train: 'Trains a LoRA adapter, with checkpoints from which it resumes bit for bit.',
  checkpoint: 'Selects one checkpoint of a training and makes an adapter of it; tells what was trained.',
  merge: 'Adds the adapter to its base and writes a model that importers read.',
  quantize: 'Converts a model to one GGUF file, quantized if you like.',
  import: 'Creates the model in Ollama and proves that it answers as the trained one.',
  evaluate:
    'Asks models the same questions, greedily, and scores the answers: before, after, and the one in production.',
  promote: 'Moves a serving tag to the candidate; the replaced model is kept.',
  approve: 'Waits until a person approves or rejects; a rejection fails the step.',
  run: 'Runs a command of yours.',
};

export type OutputType = ArtifactKind | 'number' | 'string' | 'boolean';

/** What each kind gives to later steps. `run` declares its own outputs. */
export const stepOutputs = {
  prepare: { dataset: 'dataset', rows: 'number', train_rows: 'number', eval_rows: 'number', tokens: 'number' },
  train: {
    checkpoints: 'checkpoints',
    steps: 'number',
    train_loss: 'number',
    eval_loss: 'number',
    best_step: 'number',
    tokens: 'number',
    seconds: 'number',
    bit_equal: 'boolean',
  },
  checkpoint: {
    adapter: 'adapter',
    step: 'number',
    eval_loss: 'number',
    trainable_parameters: 'number',
    parameters: 'number',
    bytes: 'number',
  },
  merge: { model: 'model', parameters: 'number', bytes: 'number' },
  quantize: { gguf: 'gguf', bytes: 'number', engine: 'string' },
  import: { model: 'ollama', digest: 'string', proof: 'report', drift: 'number' },
  evaluate: {
    score: 'number',
    baseline: 'number',
    gain: 'number',
    production: 'number',
    better: 'boolean',
    questions: 'number',
    report: 'report',
    verdict: 'string',
  },
  promote: { model: 'ollama', digest: 'string', replaced: 'string', changed: 'boolean' },
  approve: { approved: 'boolean', by: 'string', comment: 'string' },
  run: {},
} as const satisfies Record<StepKind, Record<string, OutputType>>;

/** Outputs that an evaluation has only with a metric. */
export const judgedOutputs: readonly string[] = ['score', 'baseline', 'gain', 'production', 'better'];

/** Outputs of a step as the document has it: `run` names its own, and an evaluation has the scores it is asked for. */
export function outputsOf(kind: StepKind, options: unknown): Record<string, OutputType> {
  const record = typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {};
  if (kind === 'run') {
    const declared =
      typeof record.outputs === 'object' && record.outputs !== null ? Object.entries(record.outputs) : [];
    return Object.fromEntries(
      declared.map(([name, output]) => [name, (output as { type?: ArtifactKind } | null)?.type ?? 'files']),
    );
  }
  if (kind === 'evaluate') {
    const has = (name: string) =>
      record.metric === 'none'
        ? !judgedOutputs.includes(name)
        : name !== 'production' || record.production !== undefined;
    return Object.fromEntries(Object.entries(stepOutputs.evaluate).filter(([name]) => has(name)));
  }
  return stepOutputs[kind];
}

/** Kinds that take the device slot unless the document says otherwise: they load weights. */
export const usesDevice: Readonly<Record<StepKind, boolean>> = {
  prepare: false,
  train: true,
  checkpoint: false,
  merge: false,
  quantize: false,
  import: true,
  evaluate: true,
  promote: false,
  approve: false,
  run: false,
};
