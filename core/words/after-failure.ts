import type { ErrorCode } from '../errors/catalogue.ts';

/** How a run goes on after a failure, once its cause is gone. */
type Next =
  /** The same run, from its finished steps and its last checkpoint. */
  | 'resume'
  /** A new run of the same document: its inputs have changed, and a run never mixes two versions. */
  | 'rerun'
  | 'accept versions'
  | 'see inside'
  /** A new run with another value of this option of the step. */
  | { readonly set: string };

const any = { set: 'OPTION' };

const next: Readonly<Partial<Record<ErrorCode, Next>>> = {
  BAD_OPTIONS: any,
  BAD_DATA: 'rerun',
  NOT_ROWS: 'rerun',
  SPECIAL_FILE: 'rerun',
  INPUT_CHANGED: 'rerun',
  NO_REFERENCE: 'rerun',
  TRAINING_ROWS_IN_QUESTIONS: 'rerun',
  ENVIRONMENT_CHANGED: 'accept versions',
  PIPELINE_FAILED: 'see inside',
  MODEL_NOT_FOUND: { set: 'base' },
  UNSAFE_WEIGHTS: { set: 'base' },
  QUANTIZED_BASE: { set: 'base' },
  UNSUPPORTED_ARCHITECTURE: { set: 'base' },
  BASE_NOT_SERVABLE: { set: 'base' },
  GGUF_UNSUPPORTED: { set: 'base' },
  GGUF_DIFFERS: { set: 'base' },
  UNKNOWN_PRETOKENIZER: { set: 'base' },
  NO_TRAINING_DATA: { set: 'max_length' },
  NO_TEMPLATE: { set: 'template' },
  NO_STOP_TOKEN: { set: 'template' },
  TEMPLATE_FAILED: { set: 'template' },
  TEMPLATE_DROPS_CONTENT: { set: 'template' },
  BAD_TARGET_MODULES: { set: 'lora.target_modules' },
  PRECISION_UNAVAILABLE: { set: 'precision' },
  QUANTIZED_LOAD_UNAVAILABLE: { set: 'load_in_4bit' },
  OUT_OF_MEMORY: { set: 'batch_size' },
  NAN_LOSS: { set: 'learning_rate' },
  NO_ADAPTER: { set: 'continue_from' },
  OTHER_ADAPTER: { set: 'continue_from' },
  NO_CHECKPOINT: { set: 'select' },
  CHECKPOINT_CORRUPT: { set: 'select' },
  CONVERSION_FAILED: { set: 'engine' },
  OUTPUT_MISSING: any,
};

/** The command to type after a failure of a closed run. `step`: absent if the run could not start. */
export function commandAfter(code: string, { run, root, step }: { run: string; root: string; step?: string }): string {
  const what = next[code as ErrorCode] ?? 'resume';
  if (what === 'see inside' && step !== undefined) return `npx temper show ${run}.${step}`;
  if (what === 'accept versions') return `npx temper resume ${root} --accept-versions`;
  // A pipeline that runs as a step has no options to set from outside.
  if (typeof what === 'object' && step !== undefined && run === root)
    return `npx temper rerun ${run} --set ${step.split('@')[0]}.${what.set}=VALUE`;
  return what === 'resume' || what === 'see inside' ? `npx temper resume ${root}` : `npx temper rerun ${root}`;
}
