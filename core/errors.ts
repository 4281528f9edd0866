/** What can go wrong while a step runs. `retry: 'no'` ends the step at once; codes are never reused. */
export interface ErrorEntry {
  summary: string;
  remedy: string;
  retry: 'yes' | 'no';
}

export const errors = {
  BAD_OPTIONS: {
    summary: 'An option has a value that the step cannot work with.',
    remedy: 'Correct the option in the document and start a new run.',
    retry: 'no',
  },
  BAD_DATA: {
    summary: 'Rows of the data cannot be used.',
    remedy: 'Correct the rows named in the message, or set `on_bad_row: skip`.',
    retry: 'no',
  },
  FILE_NOT_FOUND: {
    summary: 'A file that the document names is not there.',
    remedy: 'Paths are relative to the document; correct the path or put the file there.',
    retry: 'no',
  },
  SPECIAL_FILE: {
    summary: 'A link, a pipe or a device stands where bytes are needed.',
    remedy: 'Put a plain file or folder in its place.',
    retry: 'no',
  },
  INPUT_CHANGED: {
    summary: 'A file, model or option changed between the start of the run and its use.',
    remedy: 'Start a new run; a run never mixes two versions of its inputs.',
    retry: 'no',
  },
  ENVIRONMENT_CHANGED: {
    summary: 'The training libraries are not those the checkpoint was made with.',
    remedy: 'Resume with the environment the run began with, or start a new run.',
    retry: 'no',
  },
  NO_TEMPLATE: {
    summary: 'The base model has no chat template.',
    remedy: 'Name a Jinja template file in the `template` option of the training.',
    retry: 'no',
  },
  UNSAFE_WEIGHTS: {
    summary: 'The weights are stored as pickles, which can run code when they are loaded.',
    remedy: 'Use a base that offers safetensors files.',
    retry: 'no',
  },
  QUANTIZED_LOAD_UNAVAILABLE: {
    summary: 'The base cannot be loaded in 4 or 8 bits on this device.',
    remedy: 'Leave out `load_in_4bit` and `load_in_8bit`, or run on a GPU that bitsandbytes supports.',
    retry: 'no',
  },
  MODEL_NOT_FOUND: {
    summary: 'The Hub has no such model or revision.',
    remedy: 'Check the spelling of the base (`org/model` or `org/model@revision`).',
    retry: 'no',
  },
  MODEL_GATED: {
    summary: 'The model can be read only by people who accepted its licence.',
    remedy: 'Accept the licence on the model’s page and give a token: `temper secret set HF_TOKEN`.',
    retry: 'no',
  },
  HUB_UNREACHABLE: {
    summary: 'The Hub did not answer and the model is not in the local cache.',
    remedy: 'Check the network or HF_ENDPOINT; the step is retried.',
    retry: 'yes',
  },
  HUB_FORBIDDEN: {
    summary: 'The model is not in the local cache, and HF_HUB_OFFLINE forbids to ask the Hub for it.',
    remedy:
      'Unset HF_HUB_OFFLINE and restart the worker (`temper down`, `temper up`), or copy the cache of a machine that has the model.',
    retry: 'no',
  },
  OUT_OF_MEMORY: {
    summary: 'The device ran out of memory.',
    remedy:
      'The batch is halved and the step tried again; if it still fails, lower `max_length` or `batch_size`, or load the base in 4 bits.',
    retry: 'yes',
  },
  DISK_FULL: {
    summary: 'The disk is full.',
    remedy: 'Free the space named in the message; the step is retried by itself.',
    retry: 'yes',
  },
  NAN_LOSS: {
    summary: 'The loss became NaN or infinite.',
    remedy: 'Lower `learning_rate`, or train in `bf16` or `fp32`.',
    retry: 'no',
  },
  NAN_WEIGHTS: {
    summary: 'The merged weights hold NaN or infinite values.',
    remedy: 'Look at the training loss; select an earlier checkpoint, or train again with a lower learning rate.',
    retry: 'no',
  },
  WRONG_BASE: {
    summary: 'The adapter was trained on another base than the one given.',
    remedy: 'Merge into the base that the training names.',
    retry: 'no',
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
  QUANTIZED_BASE: {
    summary: 'An adapter cannot be merged into a quantized base.',
    remedy: 'Name the 16-bit base; the training may still have loaded it in 4 bits.',
    retry: 'no',
  },
  UNSUPPORTED_ADAPTER: {
    summary: 'The adapter is of a kind that cannot be merged.',
    remedy: 'Train a plain LoRA adapter.',
    retry: 'no',
  },
  NO_CHECKPOINT: {
    summary: 'The training has no checkpoint that fits the selection.',
    remedy: 'Select `best` or `last`, or one of the steps named in the message.',
    retry: 'no',
  },
  UNSUPPORTED_ARCHITECTURE: {
    summary: 'No conversion to GGUF knows this architecture.',
    remedy: 'Use another base model, or set `engine` to the other converter.',
    retry: 'no',
  },
  UNKNOWN_PRETOKENIZER: {
    summary:
      'The tokenizer splits text in a way that Ollama does not know, so the model would read other tokens than it was trained on.',
    remedy: 'Use a base whose tokenizer is of a known kind (Qwen2, Llama 3, …).',
    retry: 'no',
  },
  OLLAMA_UNREACHABLE: {
    summary: 'Ollama does not answer.',
    remedy: 'It is tried again until it answers; `temper status` shows the server and its log.',
    retry: 'yes',
  },
  OLLAMA_FAILED: {
    summary: 'Ollama refused a request.',
    remedy: 'Read its answer in the message and its log (`temper status` names it).',
    retry: 'yes',
  },
  MODEL_NOT_IN_OLLAMA: {
    summary: 'Ollama has no model of that name.',
    remedy: 'Pull it with `ollama pull`, or correct the name.',
    retry: 'no',
  },
  PROOF_FAILED: {
    summary: 'The model in Ollama does not behave as the trained one.',
    remedy: 'Both sides are shown in the message and in the proof report; nothing was promoted.',
    retry: 'no',
  },
  TRAINING_ROWS_IN_QUESTIONS: {
    summary: 'A question of the evaluation was also trained on, so its score would mean nothing.',
    remedy: 'Take the named questions out of one of the two files.',
    retry: 'no',
  },
  NO_REFERENCE: {
    summary: 'A question has no reference answer, so there is no score.',
    remedy: 'Give every question a `reference`, or set `metric: none`.',
    retry: 'no',
  },
  TOOL_MISSING: {
    summary: 'A program that temper needs is not at hand and could not be made.',
    remedy: 'Install it as the message says.',
    retry: 'no',
  },
  SERVICE_FAILED: {
    summary: 'A local service does not start.',
    remedy: 'Read its log, whose place the message names; `npx temper doctor` checks the machine.',
    retry: 'yes',
  },
  COMMAND_FAILED: {
    summary: 'The command of a run step failed.',
    remedy: 'Its last lines are in the message; all of them in `temper logs`.',
    retry: 'yes',
  },
  COMMAND_TIMED_OUT: {
    summary: 'The command of a run step took longer than `timeout_minutes`.',
    remedy: 'Raise the limit, or look in `temper logs` for what it waits for.',
    retry: 'yes',
  },
  OUTPUT_MISSING: {
    summary: 'The command ended well but did not write an output that the document declares.',
    remedy: 'Correct the command or the declared path.',
    retry: 'no',
  },
  TIMED_OUT: {
    summary: 'A step worked longer than its `timeout_minutes`.',
    remedy:
      'Raise the limit and start a new run, or `temper resume` the run: it gives the step as many minutes again, from its last checkpoint.',
    retry: 'no',
  },
  SECRET_MISSING: {
    summary: 'A secret that the document names is not known to the worker.',
    remedy: 'Set it with `temper secret set NAME`.',
    retry: 'no',
  },
  CORRUPT_ARTIFACT: {
    summary: 'An artifact in the store is not what its manifest says.',
    remedy:
      'A step of the same run that made it is run again by itself; where there is none, start a new run from the document that made it.',
    retry: 'no',
  },
  ARTIFACT_GONE: {
    summary: 'The bytes of an artifact are no longer in the store.',
    remedy:
      'A step of the same run that made it is run again by itself; where there is none, start a new run from the document that made it.',
    retry: 'no',
  },
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
  BASE_INCOMPLETE: {
    summary: 'Files of the base model are missing.',
    remedy: 'Check the folder: it needs config.json, safetensors weights and a tokenizer.',
    retry: 'no',
  },
  BASE_UNREADABLE: {
    summary: 'The base model cannot be loaded.',
    remedy: 'Read the reason in the message; the base may need a newer release of temper.',
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
  LOCK_HELD: {
    summary: 'Another process trains in this folder and could not be ended.',
    remedy: 'It is retried; end the process that the message names if it goes on.',
    retry: 'yes',
  },
  CHECKPOINT_CORRUPT: {
    summary: 'A checkpoint is not what its manifest says.',
    remedy: 'Select another one, or resume the run: the training repeats what is missing.',
    retry: 'no',
  },
  FENCED: {
    summary: 'A newer attempt has taken over this step.',
    remedy: 'Nothing to do: the newer attempt goes on.',
    retry: 'no',
  },
  KILLED: {
    summary: 'The process was killed from outside.',
    remedy: 'It is tried again from the last checkpoint. If it happens again, look at the memory of the machine.',
    retry: 'yes',
  },
  REJECTED: {
    summary: 'A person has rejected what the run asked for, or nobody answered in time.',
    remedy: 'Mend what speaks against it and start a new run, or have it asked once more with `temper resume`.',
    retry: 'no',
  },
  PIPELINE_FAILED: {
    summary: 'A pipeline that runs as a step has failed.',
    remedy:
      'Look closer with `temper show RUN.STEP`; `temper resume` of the whole run goes on from what had succeeded in it.',
    retry: 'no',
  },
  EQUAL_STEP_WORKS: {
    summary: 'Another run makes the same at this moment.',
    remedy: 'Nothing to do: the step takes what comes out, or does the work itself if the other one fails.',
    retry: 'yes',
  },
  TERMINATED: {
    summary: 'The run was ended from outside, by Temporal’s own means.',
    remedy: 'It can go on from what had succeeded and from its last checkpoint:',
    retry: 'no',
  },
  STALLED: {
    summary: 'The training stopped moving and was killed.',
    remedy:
      'It is tried again from the last checkpoint. If it happens again, look at the device and its driver, and at the disk that the data lies on.',
    retry: 'yes',
  },
  WORKER_LOST: {
    summary: 'The worker that did the step has vanished.',
    remedy: 'The step is done again as soon as a worker is up; `temper status` shows whether one is.',
    retry: 'yes',
  },
  NOTICE_FAILED: {
    summary: 'Nobody could be told of a failed run, for now.',
    remedy: 'It is tried again; look at the webhook, the network, or the program that `on_failure` names.',
    retry: 'yes',
  },
  NOTICE_REFUSED: {
    summary: 'Nobody could be told of a failed run: `on_failure` cannot work as it is.',
    remedy: 'Correct the address, the secret or the program; the next failed run uses it.',
    retry: 'no',
  },
  UNKNOWN: {
    summary: 'Something failed that temper has no name for.',
    remedy: 'It is retried; please report it with the output of `temper logs`.',
    retry: 'yes',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

const hour = 3_600_000;

/**
 * Codes whose cause mends itself, or is mended by a person who need not touch the run: milliseconds for which such a step
 * is tried again. These failures are not counted in `max_attempts`; another failure in between begins the time anew.
 */
export const patience: Readonly<Partial<Record<ErrorCode, number>>> = {
  DISK_FULL: Number.POSITIVE_INFINITY,
  OLLAMA_UNREACHABLE: 12 * hour,
  HUB_UNREACHABLE: 12 * hour,
  NOTICE_FAILED: 6 * hour,
};

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** How a failed step is told: to the workflow, to the ledger, to a person. */
export interface StepFailure {
  code: ErrorCode | 'CANCELLED';
  message: string;
  remedy: string;
}
