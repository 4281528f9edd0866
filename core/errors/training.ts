import type { ErrorEntry } from './entry.ts';

/** What happens in a trainer. */
export const training = {
  BAD_JOB: {
    summary: 'The trainer was given a job it does not understand.',
    remedy: 'The parts of temper are of different versions; run `npm ci` and try again.',
    retry: 'no',
  },
  NO_TRAINING_DATA: {
    summary: 'No row of the dataset is left to train on.',
    remedy: 'Raise `max_length`, or look at the rows: their answers are empty or were cut off whole.',
    retry: 'no',
  },
  NO_EVAL_DATA: {
    summary: 'An option needs evaluation rows, and the dataset has none.',
    remedy: 'Set `eval_split` above 0 in the prepare step, or leave out `early_stop`.',
    retry: 'no',
  },
  NO_TEMPLATE: {
    summary: 'The base model has no chat template.',
    remedy: 'Name a Jinja template file in the `template` option of the training.',
    retry: 'no',
  },
  TEMPLATE_FAILED: {
    summary: 'The chat template cannot render a row.',
    remedy: 'Correct the template, or the row that the message names.',
    retry: 'no',
  },
  TEMPLATE_DROPS_CONTENT: {
    summary: 'The chat template leaves out what a row says, so the model would not learn it.',
    remedy: 'Check the roles of the rows, or name another template.',
    retry: 'no',
  },
  NO_STOP_TOKEN: {
    summary: 'Neither the template nor the tokenizer ends an answer, so the model would never learn to stop.',
    remedy: 'Name a `template` whose assistant turn ends with an end token of the tokenizer.',
    retry: 'no',
  },
  BAD_TARGET_MODULES: {
    summary: 'The base has no layers of the names in `target_modules`.',
    remedy: 'Use `all-linear`, or one of the names in the message.',
    retry: 'no',
  },
  PRECISION_UNAVAILABLE: {
    summary: 'The device cannot compute in the precision asked for.',
    remedy: 'Leave `precision: auto`, or choose one the message names.',
    retry: 'no',
  },
  QUANTIZED_LOAD_UNAVAILABLE: {
    summary: 'The base cannot be loaded in 4 or 8 bits on this device.',
    remedy: 'Leave out `load_in_4bit` and `load_in_8bit`, or run on a GPU that bitsandbytes supports.',
    retry: 'no',
  },
  OUT_OF_MEMORY: {
    summary: 'The device ran out of memory.',
    remedy:
      'The batch is halved and the step tried again; if it still fails, lower `max_length` or `batch_size`, or load the base in 4 bits.',
    retry: 'yes',
  },
  NAN_LOSS: {
    summary: 'The loss became NaN or infinite.',
    remedy: 'Lower `learning_rate`, or train in `bf16` or `fp32`.',
    retry: 'no',
  },
  STALLED: {
    summary: 'The training stopped moving and was killed.',
    remedy:
      'It is tried again from the last checkpoint. If it happens again, look at the device and its driver, and at the disk that the data lies on.',
    retry: 'yes',
  },
  NO_ADAPTER: {
    summary: 'The adapter that a training is to continue from is not known or not there.',
    remedy: 'Name a model that temper made in this home, or leave out `continue_from` to begin anew.',
    retry: 'no',
  },
  OTHER_ADAPTER: {
    summary: 'The adapter that a training is to continue from does not fit it.',
    remedy: 'Give base and `lora` the values named in the message, or leave out `continue_from` to begin anew.',
    retry: 'no',
  },
  NO_CHECKPOINT: {
    summary: 'The training has no checkpoint that fits the selection.',
    remedy: 'Select `best` or `last`, or one of the steps named in the message.',
    retry: 'no',
  },
  CHECKPOINT_CORRUPT: {
    summary: 'A checkpoint is not what its manifest says.',
    remedy: 'Select another one, or resume the run: the training repeats what is missing.',
    retry: 'no',
  },
  LOCK_HELD: {
    summary: 'Another process trains in this folder and could not be ended.',
    remedy: 'It is retried; end the process that the message names if it goes on.',
    retry: 'yes',
  },
  FENCED: {
    summary: 'A newer attempt has taken over this step.',
    remedy: 'Nothing to do: the newer attempt goes on.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
