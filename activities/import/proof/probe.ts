import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../../core/json.ts';
import type { LeftOutChat, LeftOutCode } from '../../../core/words/left-out-chats.ts';
import type { Message } from '../../../services/ollama/messages.ts';
import { hashText, writeDurably } from '../../../services/store/durable-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import type { TrainedModel } from './import-source.ts';

/** A greedy answer of transformers. */
export interface TrainedAnswer {
  text: string;
  /** Per token, including the end token: its probability minus that of the second choice, 0 to 1. */
  margins: readonly number[];
  /** Where the text of each token ends, in UTF-16 units; null within a character. */
  ends: readonly (number | null)[];
  /** Natural logarithms per token of the text. */
  logprobs?: readonly number[];
  /** The same of the base without the adapter, where an adapter was asked. */
  baseLogprobs?: readonly number[];
  /** It ended with an end token. The last margin is then that of the end token, which is not in the text. */
  ended: boolean;
}

export interface ProbeChat {
  id: string;
  messages: readonly Message[];
  /** Those that the model may call in it. */
  tools?: readonly object[];
  /** The text that training made of the chat, up to the answer, without the BOS that Ollama's tokenizer adds. */
  prompt: string;
  /** Token ids of that text. */
  ids: readonly number[];
  /** Number of tokens that the model reads, including a BOS. */
  count: number;
  /** Why Ollama's own template language cannot render it so. Ollama may: newer versions render a Jinja template themselves. */
  unservable?: LeftOutCode;
  /** Present for some chats only: an answer of a large model takes time. */
  answer?: TrainedAnswer;
}

/** The behaviour of the trained model in transformers, with which Ollama is compared. */
export interface Probe {
  chats: readonly ProbeChat[];
  /** The chats that the training's template refuses. */
  leftOut: readonly LeftOutChat[];
  /** Questions of the rows whose chats have another Unicode form than the rows: that of the tokenizer. */
  reformed?: { questions: number; form: string };
  /** A special token: the one that ends a turn, or else any. Absent if the tokenizer has none. */
  end?: { id: number; text: string };
  stops: readonly string[];
  /** Tokens that are no text. Absent in probes of earlier versions. */
  specialIds?: readonly number[];
  /** The chat template in Ollama's template language; null if it cannot be translated, and why. */
  goTemplate: string | null;
  goTemplateProblem: string | null;
}

const maxAnswerTokens = 48;

/** The file that the trainer's verb `probe` writes. */
interface ProbeFile {
  bos_token_id: number | null;
  add_bos: boolean;
  stop: string[];
  stop_ids: number[];
  special: Record<string, number>;
  go_template: string | null;
  go_template_problem: string | null;
  reformed: number;
  unicode_form: string | null;
  left_out: LeftOutChat[];
  chats: {
    id: string;
    messages: Message[];
    tools?: object[];
    served_prompt: string;
    token_ids: number[];
    unservable: LeftOutCode | null;
    greedy?: {
      text: string;
      margins: number[];
      stopped: boolean;
      ends: (number | null)[];
      logprobs: number[];
      base_logprobs?: number[];
    };
  }[];
}

/** Asks transformers and keeps the answers in the store: all quantizations of a model are compared with the same probe. */
export async function probeModel(
  context: StepContext<'import'>,
  { model, path, adapter }: TrainedModel,
  questions: readonly string[],
): Promise<Probe> {
  const { deps } = context;
  const known = { model: model.digest, environment: deps.environment, questions: [...questions], version: 5 };
  const key = hashText(canonicalJson({ ...known, ...(adapter ? { adapter: adapter.handle.digest } : {}) }));
  const kept = join(deps.store.root, 'probes', `${key}.json`);
  const before = await readFile(kept, 'utf8').then(
    (text) => JSON.parse(text) as Probe,
    () => undefined,
  );
  if (before) return before;
  const out = join(context.folder, 'probe.json');
  await runTrainer(context, 'probe', {
    model: path,
    adapter: adapter?.path ?? null,
    out,
    questions: [...questions],
    max_tokens: maxAnswerTokens,
    margin: context.options.margin,
  });
  const probe = readProbe(await readFile(out, 'utf8'));
  await writeDurably(kept, JSON.stringify(probe));
  return probe;
}

/** Reads what the trainer wrote. */
export function readProbe(text: string): Probe {
  const file = JSON.parse(text) as ProbeFile;
  const [endId] = file.stop_ids;
  const special = Object.entries(file.special);
  const end = special.find(([, id]) => id === endId) ?? special[0];
  return {
    stops: file.stop,
    specialIds: [...new Set([...Object.values(file.special), ...file.stop_ids])],
    goTemplate: file.go_template,
    goTemplateProblem: file.go_template_problem,
    ...(end ? { end: { text: end[0], id: end[1] } } : {}),
    ...(file.reformed > 0 && file.unicode_form !== null
      ? { reformed: { questions: file.reformed, form: file.unicode_form } }
      : {}),
    leftOut: file.left_out,
    chats: file.chats.map(({ id, messages, tools, served_prompt, token_ids, unservable, greedy }) => ({
      id,
      messages,
      ...(tools ? { tools } : {}),
      prompt: served_prompt,
      ids: file.add_bos && token_ids[0] === file.bos_token_id ? token_ids.slice(1) : token_ids,
      count: token_ids.length,
      ...(unservable ? { unservable } : {}),
      ...(greedy ? { answer: readAnswer(greedy) } : {}),
    })),
  };
}

const readAnswer = (greedy: NonNullable<ProbeFile['chats'][number]['greedy']>): TrainedAnswer => ({
  text: greedy.text,
  margins: greedy.margins,
  ends: greedy.ends,
  ended: greedy.stopped,
  logprobs: greedy.logprobs,
  ...(greedy.base_logprobs ? { baseLogprobs: greedy.base_logprobs } : {}),
});
