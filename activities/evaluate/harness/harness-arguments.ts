import type { HarnessOption } from '../../../core/kinds/options/harness.ts';

/** Seconds for one answer. A small machine needs minutes for a long one, and lm_eval would ask again. */
const answerSeconds = 1800;

interface Asked {
  option: HarnessOption;
  /** A name in Ollama. */
  model: string;
  /** Base URL of Ollama. */
  url: string;
  seed: number;
  /** Folder for the results. */
  out: string;
}

/**
 * The arguments of `lm_eval` for one model. `local-chat-completions` has neither a tokenizer nor probabilities: Ollama puts
 * the chat template on. The temperature stands here since a task may set another one. The first form of the command, without
 * `run`, is the one that every version knows.
 */
export function harnessArguments({ option, model, url, seed, out }: Asked): string[] {
  const { tasks, limit, fewshot, include_path } = option;
  const modelArguments = [
    // lm_eval would read a name such as `1e5` as a number; with its tag it is none.
    `model=${tagged(model)}`,
    `base_url=${url}/v1/chat/completions`,
    'num_concurrent=1',
    'tokenized_requests=False',
    `seed=${seed}`,
    `timeout=${answerSeconds}`,
  ];
  return [
    ...['--model', 'local-chat-completions', '--model_args', modelArguments.join(',')],
    ...['--tasks', tasks.join(','), '--apply_chat_template', '--gen_kwargs', 'temperature=0'],
    ...['--seed', `${seed}`, '--output_path', out],
    ...(limit === undefined ? [] : ['--limit', `${limit}`]),
    ...(fewshot === undefined ? [] : ['--num_fewshot', `${fewshot}`]),
    ...(include_path === undefined ? [] : ['--include_path', include_path]),
  ];
}

const tagged = (name: string) => (/:[^/]*$/.test(name) ? name : `${name}:latest`);
