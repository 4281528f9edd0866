import type { ErrorCode } from '../errors/catalogue.ts';

/** What a person does after a failure of a closed run, once its cause is gone. */
type Next =
  /** The same run, from its finished steps and its last checkpoint: the cause lies outside what the run has fixed. */
  | 'resume'
  /** A new run of the same document: its inputs have changed, and a run never mixes two versions. */
  | 'rerun'
  /** A run of the document after a person has changed it: no option of the failed step alone would do. */
  | 'run anew'
  /** First decide about the rows; a resumed run would not see the decisions. */
  | 'review'
  | 'accept versions'
  | 'see inside'
  /** A new run with another value of this option of the step. */
  | { readonly set: string };

const any = { set: 'OPTION' };

/** Every code has its own, so that a new one is not sent to a `resume` that ends as before. */
const next: Readonly<Record<ErrorCode, Next>> = {
  BAD_OPTIONS: any,
  BAD_DATA: 'rerun',
  NOT_ROWS: 'rerun',
  FILE_NOT_FOUND: 'resume',
  SPECIAL_FILE: 'rerun',
  INPUT_CHANGED: 'rerun',
  ENVIRONMENT_CHANGED: 'accept versions',
  SECRET_MISSING: 'resume',
  PLAN_VERSION: 'run anew',
  INPUT_MISMATCH: 'resume',
  MODEL_NOT_FOUND: { set: 'base' },
  MODEL_GATED: 'resume',
  HUB_UNREACHABLE: 'resume',
  HUB_FORBIDDEN: 'resume',
  DATASET_UNCLEAR: { set: 'files' },
  UNSAFE_WEIGHTS: { set: 'base' },
  BASE_INCOMPLETE: 'rerun',
  BASE_UNREADABLE: { set: 'base' },

  DOCUMENT_UNREADABLE: 'rerun',
  DOCUMENT_WITHOUT_TEXT: 'rerun',
  NO_ROWS_WRITTEN: { set: 'documents.writer.model' },
  ROWS_UNREVIEWED: 'review',
  BAD_REVIEW: 'rerun',

  BAD_JOB: 'resume',
  BAD_EVENT: 'resume',
  NO_TRAINING_DATA: { set: 'max_length' },
  NO_EVAL_DATA: 'run anew',
  NO_TEMPLATE: { set: 'template' },
  TEMPLATE_FAILED: { set: 'template' },
  TEMPLATE_DROPS_CONTENT: { set: 'template' },
  NO_STOP_TOKEN: { set: 'template' },
  BAD_TARGET_MODULES: { set: 'lora.target_modules' },
  PRECISION_UNAVAILABLE: { set: 'precision' },
  QUANTIZED_LOAD_UNAVAILABLE: { set: 'load_in_4bit' },
  OUT_OF_MEMORY: { set: 'batch_size' },
  NAN_LOSS: { set: 'learning_rate' },
  STALLED: 'resume',
  NO_ADAPTER: { set: 'continue_from' },
  OTHER_ADAPTER: { set: 'continue_from' },
  NO_CHECKPOINT: { set: 'select' },
  CHECKPOINT_CORRUPT: { set: 'select' },
  LOCK_HELD: 'resume',
  FENCED: 'resume',

  WRONG_BASE: { set: 'base' },
  QUANTIZED_BASE: { set: 'base' },
  UNSUPPORTED_ADAPTER: 'run anew',
  NAN_WEIGHTS: 'run anew',
  UNSUPPORTED_ARCHITECTURE: { set: 'base' },
  BASE_NOT_SERVABLE: { set: 'base' },
  UNKNOWN_PRETOKENIZER: { set: 'base' },
  GGUF_UNSUPPORTED: { set: 'base' },
  GGUF_DIFFERS: { set: 'base' },
  CONVERSION_FAILED: { set: 'engine' },
  OLLAMA_UNREACHABLE: 'resume',
  OLLAMA_FAILED: 'resume',
  MODEL_NOT_IN_OLLAMA: 'resume',
  ENDPOINT_UNREACHABLE: 'resume',
  ENDPOINT_KEY_REFUSED: 'resume',
  ENDPOINT_MODEL_UNKNOWN: 'run anew',
  ENDPOINT_REFUSED: 'resume',
  PROOF_FAILED: 'run anew',
  DRIFT_TOO_LARGE: { set: 'max_drift' },
  DRIFT_NOT_MEASURABLE: 'run anew',
  TRAINING_ROWS_IN_QUESTIONS: 'rerun',
  NO_REFERENCE: 'rerun',

  DISK_FULL: 'resume',
  FILE_REFUSED: 'resume',
  FOLDER_UNSUITABLE: 'resume',
  BAD_SETTING: 'resume',
  TOOL_MISSING: 'resume',
  SERVICE_FAILED: 'resume',
  COMMAND_FAILED: 'resume',
  HARNESS_FAILED: 'resume',
  COMMAND_TIMED_OUT: { set: 'timeout_minutes' },
  OUTPUT_MISSING: 'run anew',
  TIMED_OUT: 'resume',
  CORRUPT_ARTIFACT: 'resume',
  ARTIFACT_GONE: 'resume',
  KILLED: 'resume',
  WORKER_LOST: 'resume',
  TERMINATED: 'resume',
  REJECTED: 'resume',
  PIPELINE_FAILED: 'see inside',
  EQUAL_STEP_RUNNING: 'resume',
  NOTIFICATION_FAILED: 'resume',
  NOTIFICATION_REFUSED: 'resume',
  UNKNOWN: 'resume',

  MACHINE_LIMIT: 'resume',
  DISK_FAILED: 'resume',
  NETWORK_FAILED: 'resume',
  CERTIFICATE_REFUSED: 'resume',
  PORT_TAKEN: 'resume',
  ENVIRONMENT_BROKEN: 'resume',
  DEVICE_FAILED: 'resume',
};

/** A run may come from a later temper, or have been cancelled, with a code that is none of these. */
const nextOf = (code: string): Next => (Object.hasOwn(next, code) ? next[code as ErrorCode] : 'resume');

/** The command to type after a failure of a closed run. `step`: absent if the run could not start. */
export function commandAfter(code: string, { run, root, step }: { run: string; root: string; step?: string }): string {
  const what = nextOf(code);
  if (typeof what === 'object') {
    // A pipeline that runs as a step is stored with its run and has no options to set from outside.
    if (run !== root) return runAnew;
    return `npx temper rerun ${run} --set ${step?.split('@')[0] ?? 'STEP'}.${what.set}=VALUE`;
  }
  switch (what) {
    case 'see inside':
      return step === undefined ? `npx temper resume ${root}` : `npx temper show ${run}.${step}`;
    case 'review':
      return `npx temper review ${run}${step === undefined ? '' : `/${step}`}`;
    case 'accept versions':
      return `npx temper resume ${root} --accept-versions`;
    case 'run anew':
      return runAnew;
    default:
      return `npx temper ${what} ${root}`;
  }
}

const runAnew = 'npx temper run FILE';
