import type { ErrorEntry } from './entry.ts';

/** From an adapter to a model that answers. */
export const models = {
  WRONG_BASE: {
    summary: 'The adapter was trained on another base model.',
    remedy: 'Merge it into the base model of its training.',
    retry: 'no',
  },
  QUANTIZED_BASE: {
    summary: 'An adapter cannot be merged into a quantized base model.',
    remedy: 'Name the 16-bit base model. The training may still load it in 4 bits.',
    retry: 'no',
  },
  UNSUPPORTED_ADAPTER: {
    summary: 'This kind of adapter can neither be merged nor be served.',
    remedy: 'Train a plain LoRA adapter.',
    retry: 'no',
  },
  NAN_WEIGHTS: {
    summary: 'The merged weights contain NaN or infinite values.',
    remedy: 'Check the training loss. Select an earlier checkpoint, or train again with a lower `learning_rate`.',
    retry: 'no',
  },
  UNSUPPORTED_ARCHITECTURE: {
    summary: 'No converter to GGUF supports this architecture.',
    remedy: 'Use another base model, or set `engine` to the other converter.',
    retry: 'no',
  },
  BASE_NOT_SERVABLE: {
    summary:
      'No model of this base could be served as it is trained: a small model of the same kind has shown it before the training.',
    remedy: 'The message says what each converter made of it. Choose another base model, template or Ollama.',
    retry: 'no',
  },
  UNKNOWN_PRETOKENIZER: {
    summary:
      'Ollama does not know how this tokenizer splits text, so the model would read other tokens than in training.',
    remedy: 'Use a base model with a known tokenizer (Qwen2, Llama 3, …).',
    retry: 'no',
  },
  GGUF_UNSUPPORTED: {
    summary: 'This GGUF file cannot be turned back into a base model with certainty.',
    remedy: 'Name the 16-bit model that the file was made from, or another model.',
    retry: 'no',
  },
  GGUF_DIFFERS: {
    summary: 'The base model that was made from a GGUF file does not behave like that file in Ollama.',
    remedy: 'Name the 16-bit model that the file was made from. Nothing was trained.',
    retry: 'no',
  },
  OLLAMA_UNREACHABLE: {
    summary: 'Ollama does not answer.',
    remedy: 'The step is retried until Ollama answers. `temper status` shows the server and its log.',
    retry: 'yes',
  },
  OLLAMA_FAILED: {
    summary: 'Ollama refused a request.',
    remedy: 'Read the answer in the message, and the log that `temper status` names.',
    retry: 'yes',
  },
  MODEL_NOT_IN_OLLAMA: {
    summary: 'Ollama has no model of that name.',
    remedy:
      'Pull it: `temper run FILE --pull` does so for a run, `ollama pull NAME` for your own Ollama. Or correct the name.',
    retry: 'no',
  },
  ENDPOINT_UNREACHABLE: {
    summary: 'A server that is asked for answers does not give any, or is too busy.',
    remedy: 'The step is retried until it answers. Check the `url` in the document, and the server.',
    retry: 'yes',
  },
  ENDPOINT_KEY_REFUSED: {
    summary: 'A server does not accept the key, or wants one.',
    remedy:
      'Set `api_key: ${{ secrets.NAME }}` beside `url` in the document, and store the key with `temper secret set NAME`.',
    retry: 'no',
  },
  ENDPOINT_MODEL_UNKNOWN: {
    summary: 'A server has no model of that name.',
    remedy: 'Correct `model` in the document. The message lists what the server has, as far as it tells.',
    retry: 'no',
  },
  ENDPOINT_REFUSED: {
    summary: 'A server refused a request.',
    remedy:
      'Read its answer in the message. It may lack the protocol of OpenAI, money on the account, or room for the prompt.',
    retry: 'no',
  },
  PROOF_FAILED: {
    summary: 'The model in Ollama does not behave like the trained model.',
    remedy: 'The message and the proof report show both sides. Nothing was promoted.',
    retry: 'no',
  },
  DRIFT_TOO_LARGE: {
    summary: 'No type of quantization keeps the model within `max_drift`.',
    remedy:
      'Add a larger type to `type`, set `imatrix: true`, or allow a larger `max_drift`. The message has the figures.',
    retry: 'no',
  },
  DRIFT_NOT_MEASURABLE: {
    summary: 'temper cannot measure what quantization changes in a model of this kind.',
    remedy: 'Remove `measure`, `max_drift` and `imatrix`, and give one `type`. The import still tells its drift.',
    retry: 'no',
  },
  TRAINING_ROWS_IN_QUESTIONS: {
    summary: 'A question of the evaluation is also a training row, so its score would mean nothing.',
    remedy: 'Remove the named questions from one of the two files.',
    retry: 'no',
  },
  NO_REFERENCE: {
    summary: 'A question lacks what its metric needs, such as a reference answer, so there is no score.',
    remedy: 'Give every question what the message names, choose another `metric`, or set `metric: none`.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
