import type { ErrorEntry } from './entry.ts';

/** From an adapter to a model that answers. */
export const models = {
  WRONG_BASE: {
    summary: 'The adapter was trained on another base than the one given.',
    remedy: 'Merge into the base that the training names.',
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
  NAN_WEIGHTS: {
    summary: 'The merged weights hold NaN or infinite values.',
    remedy: 'Look at the training loss; select an earlier checkpoint, or train again with a lower learning rate.',
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
} as const satisfies Record<string, ErrorEntry>;
