import type { ErrorEntry } from './entry.ts';

/** Failures of the trainer. */
export const training = {
  BAD_JOB: {
    summary: 'The trainer does not understand its job.',
    remedy: 'Parts of temper have different versions: run `npm ci`, then try again.',
    retry: 'no',
  },
  BAD_EVENT: {
    summary: 'The trainer reported something that the worker does not understand.',
    remedy: 'Parts of temper have different versions: run `npm ci`, restart the worker, then `temper resume` the run.',
    retry: 'no',
  },
  NO_TRAINING_DATA: {
    summary: 'No row of the dataset is left to train on.',
    remedy: 'Raise `max_length`, or check the rows: their answers are empty or were cut off.',
    retry: 'no',
  },
  NO_EVAL_DATA: {
    summary: 'An option needs evaluation rows, but the dataset has none.',
    remedy: 'Set `eval_split` above 0 in the prepare step, or remove `early_stop`.',
    retry: 'no',
  },
  NO_TEMPLATE: {
    summary: 'The base model has no chat template.',
    remedy: 'Set `template` of the training to a Jinja file.',
    retry: 'no',
  },
  TEMPLATE_FAILED: {
    summary: 'The chat template cannot render a row.',
    remedy: 'Correct the template or the row that the message names.',
    retry: 'no',
  },
  TEMPLATE_DROPS_CONTENT: {
    summary: 'The chat template does not show the model what a row says, or not in the way it will be asked.',
    remedy:
      'Set another `template`, or change the rows. `on_template_difference: tell` trains on what the template makes of them.',
    retry: 'no',
  },
  NO_STOP_TOKEN: {
    summary: 'Neither the template nor the tokenizer ends an answer, so the model would not learn to stop.',
    remedy: 'Set a `template` that ends the assistant turn with an end token of the tokenizer.',
    retry: 'no',
  },
  BAD_TARGET_MODULES: {
    summary: 'The base model has no layers with the names in `target_modules`.',
    remedy: 'Use `all-linear` or a name from the message.',
    retry: 'no',
  },
  PRECISION_UNAVAILABLE: {
    summary: 'The device does not support this `precision`.',
    remedy: 'Use `precision: auto` or a value from the message.',
    retry: 'no',
  },
  QUANTIZED_LOAD_UNAVAILABLE: {
    summary: 'This device cannot load the base model in 4 or 8 bits.',
    remedy: 'Remove `load_in_4bit` and `load_in_8bit`, or use a GPU that bitsandbytes supports.',
    retry: 'no',
  },
  OUT_OF_MEMORY: {
    summary: 'The device ran out of memory.',
    remedy:
      'temper halves the batch and tries again. If that fails too, lower `max_length` or `batch_size`, or load the base model in 4 bits.',
    retry: 'yes',
  },
  NAN_LOSS: {
    summary: 'The loss became NaN or infinite.',
    remedy:
      'Lower `learning_rate`, set `max_grad_norm: 1`, or train with `precision: bf16` or `fp32`. If it happens at the first step, check the weights of the base model and the rows for invalid characters.',
    retry: 'no',
  },
  STALLED: {
    summary: 'The training made no progress and was killed.',
    remedy:
      'It is retried from the last checkpoint. If it happens again, check the device, its driver, and the disk that holds the data.',
    retry: 'yes',
  },
  NO_ADAPTER: {
    summary: 'The adapter in `continue_from` is unknown or missing.',
    remedy: 'Name a model that temper made in this home, or remove `continue_from` to start from the base model.',
    retry: 'no',
  },
  OTHER_ADAPTER: {
    summary: 'The adapter in `continue_from` does not fit this training.',
    remedy:
      'Set `base` and `lora` to the values in the message, or remove `continue_from` to start from the base model.',
    retry: 'no',
  },
  NO_CHECKPOINT: {
    summary: 'No checkpoint of the training matches `select`.',
    remedy: 'Select `best`, `last`, or a step from the message.',
    retry: 'no',
  },
  CHECKPOINT_CORRUPT: {
    summary: 'A checkpoint does not match its manifest.',
    remedy: 'Select another checkpoint, or resume the run: the training repeats the missing steps.',
    retry: 'no',
  },
  LOCK_HELD: {
    summary: 'Another process trains in this folder and could not be stopped.',
    remedy:
      'The step is retried. If it fails again, stop the process that the message names. If it hangs in a device driver, restart the machine.',
    retry: 'yes',
  },
  FENCED: {
    summary: 'A newer attempt has taken over this step.',
    remedy: 'Nothing to do: the newer attempt continues.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
