import { z } from 'zod';
import { trainingPace, trainNeeds } from '../estimates/kinds/training.ts';
import { isRecord } from '../json.ts';
import type { IdleOption, RawOptions, Saves, StepDefinition } from './definition.ts';
import { artifact, base, described, ollamaTag, path, positive, share } from './options/fields.ts';
import { track } from './options/tracking.ts';

const lora = z.strictObject({
  r: positive
    .default(8)
    .meta({ usual: [1, 512] })
    .describe('Rank of the adapter matrices. A higher rank learns more and needs more memory.'),
  alpha: positive.default(16).describe('Scale of the update, which is multiplied by alpha / r.'),
  dropout: share
    .default(0)
    .meta({ usual: [0, 0.5] })
    .describe('Dropout on the input of the adapter during training.'),
  target_modules: z
    .union([z.literal('all-linear'), z.array(z.string().regex(/^[!-~]+$/, 'is not the name of a layer')).min(1)])
    .default('all-linear')
    .describe('Layers that get an adapter: a list such as `[q_proj, v_proj]`, or `all-linear`.'),
  use_rslora: z
    .boolean()
    .default(false)
    .describe('Scale by alpha / sqrt(r) instead of alpha / r (rank-stabilized LoRA).'),
});

/** An Ollama tag whose source adapter is used. */
const servedName = () => ollamaTag.meta({ adapter: true });

/** `fixed: false` marks an option that does not change what is learned: a resumed training may have another value of it. */
const options = z.strictObject({
  base: base().meta({ ...base().meta(), role: 'trained' }),
  dataset: described(artifact('dataset'), 'The prepared rows: `${{ steps.<prepare step>.outputs.dataset }}`.'),
  continue_from: z
    .union([
      ollamaTag,
      z.strictObject({
        model: servedName().describe('The name of a model in Ollama that temper made.'),
        or: z
          .literal('fresh')
          .describe('`fresh`: if Ollama has no model of that name yet, the training starts from the base model.'),
      }),
      artifact('adapter'),
    ])
    .optional()
    .meta({
      adapter: true,
      description:
        'The adapter to start from: that of a model in Ollama by its name (`my-model:latest`), or the `adapter` output of another step. `{ model: my-model:latest, or: fresh }` starts from the base model as long as there is no such model. The base model, `r`, `alpha` and `target_modules` must be equal. The optimizer and the learning rate schedule start anew.',
    }),
  epochs: z
    .number()
    .positive()
    .default(3)
    .meta({ usual: [0, 100] })
    .describe('How often each row is seen.'),
  max_steps: positive.optional().describe('End after this many optimizer steps, regardless of `epochs`.'),
  batch_size: positive.default(2).describe('Rows per device and forward pass.'),
  gradient_accumulation: positive
    .default(1)
    .describe('Forward passes per optimizer step. Rows per step = batch_size × gradient_accumulation.'),
  learning_rate: z
    .number()
    .positive()
    .default(2e-4)
    .meta({ usual: [1e-6, 5e-3] })
    .describe('Peak learning rate.'),
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
    .describe('How the learning rate changes during the training.'),
  warmup_steps: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe('Optimizer steps over which the learning rate rises from 0.'),
  warmup_ratio: share.default(0).describe('The same as a share of all steps. Used if `warmup_steps` is 0.'),
  weight_decay: z.number().nonnegative().default(0).describe('AdamW weight decay.'),
  max_grad_norm: z
    .number()
    .nonnegative()
    .default(1)
    .describe('Gradients are clipped to this norm. 0 turns clipping off.'),
  max_length: positive.default(1024).describe('The most tokens of a row. `too_long` says what happens to longer ones.'),
  too_long: z
    .enum(['truncate', 'drop', 'split', 'fail'])
    .optional()
    .describe(
      'What happens to a row of more tokens than `max_length`. `truncate` (the default) cuts it: an answer that loses its end teaches not to stop. `drop` leaves it out. `split` makes several conversations of one, each with the system message and as many turns as fit, and leaves out a turn that is too long alone. `fail` ends the step before the training, and names the rows.',
    ),
  packing: z
    .boolean()
    .default(false)
    .describe('Puts several rows into one sequence, which is faster if rows are short.'),
  precision: z
    .enum(['auto', 'bf16', 'fp16', 'fp32'])
    .default('auto')
    .describe(
      'Number format of the computation. `auto` takes bf16 if the device supports it, else fp16 on a GPU and fp32 on a CPU.',
    ),
  gradient_checkpointing: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe(
      'Recomputes activations, which saves memory and costs about a fifth of the speed. `auto` turns it on for a GPU.',
    )
    .meta({ fixed: false }),
  seed: z.number().int().nonnegative().default(42).describe('Seed of all random numbers in the training.'),
  log_every_steps: positive.default(10).describe('Optimizer steps between two log lines.').meta({ fixed: false }),
  template: described(
    path().optional(),
    'A file with a Jinja chat template. By default, the template of the base model.',
  ),
  thoughts: z
    .enum(['keep', 'drop', 'refuse'])
    .default('keep')
    .describe(
      'What happens to the thoughts in answers, the part up to `</think>`. `keep`: they are learned, whole, in the form of the row. `drop`: they are left out, and the model is trained and served without thinking. `refuse`: a row with thoughts fails the training. If no row has thoughts and the chat template asks for them, the model is trained and served without.',
    ),
  on_template_difference: z
    .enum(['fail', 'tell'])
    .default('fail')
    .describe(
      'What happens if the chat template leaves out, changes or moves a message of a row, or if the model will be asked with another prompt than that of the training. `fail`: the training does not start, and the rows are named. `tell`: it trains on what the template makes of them, and the summary tells how many rows there are.',
    )
    .meta({ fixed: false }),
  load_in_8bit: z.boolean().default(false).describe('Loads the base model in 8 bits (bitsandbytes) to save memory.'),
  load_in_4bit: z
    .boolean()
    .default(false)
    .describe('Loads the base model in 4 bits (QLoRA, bitsandbytes) to save memory.'),
  lora: lora.prefault({}).describe('The adapter.'),
  checkpoint: z
    .strictObject({
      every_steps: positive.default(100).describe('Optimizer steps between two checkpoints.'),
      every_minutes: z
        .number()
        .positive()
        .optional()
        .describe('Also saves when this many minutes have passed since the last checkpoint.'),
      keep: positive
        .default(2)
        .describe('How many of the newest checkpoints to keep. The best one is kept in addition.'),
    })
    .prefault({})
    .describe('When checkpoints are saved.')
    .meta({ fixed: false }),
  eval: z
    .strictObject({
      every_steps: positive
        .optional()
        .describe('Optimizer steps between two evaluations. By default, one at each checkpoint.'),
    })
    .prefault({})
    .describe('When the evaluation loss on the held-out rows is measured.')
    .meta({ fixed: false }),
  early_stop: z
    .strictObject({
      patience: positive
        .default(3)
        .describe('The number of evaluations without improvement after which the training ends.'),
      min_delta: z
        .number()
        .nonnegative()
        .default(0)
        .describe('The least change of the evaluation loss that counts as an improvement.'),
    })
    .optional()
    .describe('Ends the training when the evaluation loss stops improving.'),
  track,
});

function saves({ checkpoint, eval: evaluation, early_stop, max_steps, warmup_steps }: RawOptions): Saves {
  const { every_steps, every_minutes, keep } = isRecord(checkpoint) ? checkpoint : {};
  // A better evaluation is saved at once, whenever it happens.
  const evaluatesBetween = isRecord(evaluation) && evaluation.every_steps !== undefined;
  return {
    ...(typeof every_steps === 'number' ? { everySteps: every_steps } : {}),
    ...(typeof max_steps === 'number' ? { maxSteps: max_steps } : {}),
    ...(typeof keep === 'number' ? { keep } : {}),
    atOtherTimes: every_minutes !== undefined || evaluatesBetween,
    mayEndEarly: early_stop !== undefined,
    ...(typeof warmup_steps === 'number' ? { warmupSteps: warmup_steps } : {}),
  };
}

/** `constant` is the schedule without a warm-up. */
function idle({ max_steps, warmup_steps, lr_scheduler }: RawOptions): IdleOption[] {
  const isConstant = lr_scheduler === 'constant';
  const constant = { option: 'lr_scheduler', value: 'constant' };
  const steps = { option: 'warmup_steps', value: String(warmup_steps) };
  return [
    ...(max_steps === undefined
      ? []
      : [{ option: ['epochs'], because: { option: 'max_steps', value: String(max_steps) } }]),
    ...(isConstant ? [{ option: ['warmup_steps'], because: constant }] : []),
    ...(isConstant || (typeof warmup_steps === 'number' && warmup_steps > 0)
      ? [{ option: ['warmup_ratio'], because: isConstant ? constant : steps }]
      : []),
  ];
}

export const train = {
  summary: 'Trains a LoRA adapter, with checkpoints from which it resumes bit for bit.',
  options,
  outputs: {
    checkpoints: 'checkpoints',
    steps: 'number',
    train_loss: 'number',
    eval_loss: 'number',
    best_step: 'number',
    tokens: 'number',
    seconds: 'number',
    bit_equal: 'boolean',
  },
  saves,
  needsHeldOut: ({ early_stop }) => (early_stop === undefined ? undefined : 'early_stop'),
  isMeans: true,
  idle,
  excludes: ({ load_in_4bit, load_in_8bit }) =>
    load_in_4bit === true && load_in_8bit === true ? [['load_in_8bit', 'load_in_4bit']] : [],
  needs: trainNeeds,
  paceOf: trainingPace,
  executor: 'activity',
  usesDevice: true,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
  keepsProgress: true,
  rowsOption: 'dataset',
  trackOption: 'track',
  learnsRows: true,
  searchedBase: 'base',
} as const satisfies StepDefinition;
