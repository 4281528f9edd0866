import { distance } from 'fastest-levenshtein';

/** Words of other trainers and orchestrators → ours, some with a value. Of several, the first that fits the place is meant. */
export const foreignWords: Readonly<Record<string, readonly string[]>> = {
  // documents
  jobs: ['steps'],
  tasks: ['steps'],
  stages: ['steps'],
  nodes: ['steps'],
  params: ['inputs', 'with'],
  parameters: ['inputs', 'with'],
  variables: ['inputs'],
  title: ['name'],
  // steps
  depends_on: ['needs'],
  depends: ['needs'],
  dependencies: ['needs'],
  after: ['needs'],
  kind: ['uses'],
  type: ['uses'],
  action: ['uses'],
  options: ['with'],
  args: ['with', 'command'],
  config: ['with'],
  when: ['if'],
  condition: ['if'],
  retries: ['retry'],
  cache: ['reuse'],
  gpu: ['resources.gpu'],
  gpus: ['resources.gpu'],
  // training
  model: ['base', 'after', 'gguf'],
  base_model: ['base'],
  model_name: ['base', 'name'],
  model_name_or_path: ['base'],
  model_id: ['base'],
  data: ['dataset', 'source'],
  data_path: ['dataset', 'source'],
  dataset_path: ['dataset', 'source'],
  train_file: ['dataset', 'source'],
  file: ['source', 'prompts'],
  path: ['source', 'prompts'],
  val_set_size: ['eval_split'],
  val_size: ['eval_split'],
  test_size: ['eval_split'],
  rank: ['lora.r'],
  lora_r: ['lora.r'],
  lora_rank: ['lora.r'],
  lora_alpha: ['lora.alpha'],
  lora_dropout: ['lora.dropout'],
  lora_target_modules: ['lora.target_modules'],
  lora_target: ['lora.target_modules'],
  modules: ['lora.target_modules'],
  num_epochs: ['epochs'],
  num_train_epochs: ['epochs'],
  per_device_train_batch_size: ['batch_size'],
  train_batch_size: ['batch_size'],
  micro_batch_size: ['batch_size'],
  gradient_accumulation_steps: ['gradient_accumulation'],
  lr: ['learning_rate'],
  lr_scheduler_type: ['lr_scheduler'],
  scheduler: ['lr_scheduler'],
  warmup: ['warmup_steps'],
  wd: ['weight_decay'],
  save_steps: ['checkpoint.every_steps'],
  save_total_limit: ['checkpoint.keep'],
  save_limit: ['checkpoint.keep'],
  eval_steps: ['eval.every_steps'],
  logging_steps: ['log_every_steps'],
  log_steps: ['log_every_steps'],
  early_stopping_patience: ['early_stop.patience'],
  max_seq_length: ['max_length'],
  max_seq_len: ['max_length'],
  sequence_len: ['max_length'],
  cutoff_len: ['max_length'],
  fp16: ['precision: fp16'],
  bf16: ['precision: bf16'],
  chat_template: ['template'],
  qlora: ['load_in_4bit: true'],
  // the other kinds
  checkpoints: ['from'],
  which: ['select'],
  lora: ['adapter'],
  adapter_path: ['adapter'],
  torch_dtype: ['dtype'],
  quantization: ['type'],
  quant: ['type'],
  outtype: ['type'],
  tag: ['to', 'name'],
  questions: ['prompts'],
  dataset: ['prompts'],
  max_new_tokens: ['max_tokens', 'parameters.num_predict'],
  num_predict: ['max_tokens', 'parameters.num_predict'],
  n_predict: ['parameters.num_predict'],
  max_tokens: ['parameters.num_predict'],
  // parameters of a model
  temp: ['parameters.temperature'],
  temperature: ['parameters.temperature'],
  num_ctx: ['parameters.num_ctx'],
  n_ctx: ['parameters.num_ctx'],
  ctx: ['parameters.num_ctx'],
  ctx_size: ['parameters.num_ctx'],
  context: ['parameters.num_ctx'],
  context_length: ['parameters.num_ctx'],
  context_window: ['parameters.num_ctx'],
  max_context: ['parameters.num_ctx'],
  repetition_penalty: ['parameters.repeat_penalty'],
  n_gpu_layers: ['parameters.num_gpu'],
  gpu_layers: ['parameters.num_gpu'],
  num_gpu_layers: ['parameters.num_gpu'],
  threads: ['parameters.num_thread'],
  n_threads: ['parameters.num_thread'],
  num_threads: ['parameters.num_thread'],
  stop_sequences: ['parameters.stop'],
  cmd: ['command'],
  run: ['command'],
  environment: ['env'],
};

/** The known name that was probably meant, or else the names that are known. */
export interface Suggestion {
  meant?: string;
  /** The first of them. */
  known?: readonly string[];
  /** How many there are besides. */
  more?: number;
}

/** Longer words cost time to compare, and are never a typing error. Characters. */
const maxWordLength = 40;
/** Names that a person reads in one message. */
const maxKnown = 40;

/** Suggests the known name nearest to a word; where none is near, those that are known. */
export function suggest(word: string, known: readonly string[]): Suggestion {
  const meant = nearest(word, known);
  return meant === undefined ? suggestKnown(known) : { meant };
}

/** Suggests the known names themselves. */
export const suggestKnown = (known: readonly string[]): Suggestion => ({
  known: known.slice(0, maxKnown),
  ...(known.length > maxKnown ? { more: known.length - maxKnown } : {}),
});

/** The known word that was probably meant: near enough to be a typing error, or an unfinished word. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > maxWordLength) return undefined;
  const small = word.toLowerCase();
  let best: { word: string; typos: number } | undefined;
  for (const candidate of known) {
    const typos = typosBetween(small, candidate.toLowerCase());
    if (!best || typos < best.typos) best = { word: candidate, typos };
  }
  const allowed = small.length < 3 ? 0 : Math.max(1, Math.floor(small.length / 3));
  if (best && best.typos <= allowed) return best.word;
  return small.length < 3 ? undefined : known.find((candidate) => candidate.toLowerCase().startsWith(small));
}

/** Levenshtein's distance, where two swapped neighbours count as one error (`trian`). */
function typosBetween(word: string, known: string): number {
  if (Math.abs(word.length - known.length) > word.length / 2 + 1) return Number.POSITIVE_INFINITY;
  let typos = distance(word, known);
  for (let at = 0; typos > 1 && at + 1 < word.length; at++) {
    const swapped = word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
    typos = Math.min(typos, distance(swapped, known) + 1);
  }
  return typos;
}
