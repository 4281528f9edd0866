import type { ShowResponse } from 'ollama';
import { endsInLoop } from '../../core/style/words.ts';
import type { IncompleteEnd } from '../../core/words/evaluation-notes.ts';
import { type Chatted, greedy, type Message } from './messages.ts';

/** How a question is asked, by an evaluation and by a person who compares. */
export interface Asking {
  maxTokens: number;
  seed: number;
  /** A system message for each question that has none of its own. */
  system?: string | undefined;
  think: boolean;
  /** Above 0, answers are drawn. */
  temperature?: number | undefined;
}

export interface Answer {
  text: string;
  /**
   * `stop`: the model ended the answer. `loop`: it repeats itself and would not end, so that Ollama or the limit ended it; a
   * larger limit would give more of the same, so it is scored as it stands. The others are incomplete:
   * cut at `max_tokens` (`length`) or at the end of the context, empty after thinking, not asked with the whole prompt since the
   * template left a part out (`prompt`) or the context is too short (`too_long`), or `unread`: not written as Ollama expects it
   * of this chat template.
   */
  end: 'stop' | 'loop' | IncompleteEnd;
  tokens: number;
  /** It thought before it answered. */
  thinks?: true;
  /** What it thought; no part of the answer. */
  thoughts?: string;
  /** Further answers to the same question, drawn with other seeds. */
  samples?: readonly Answer[];
  /** Tokens of a prompt that is too long, and of the context, where Ollama says them. */
  tooLong?: { tokens?: number; context?: number };
}

/** What a model brings with it that changes how a question is asked. */
export interface OwnForm {
  system?: string;
  /** Messages before each question. */
  messages: number;
  num_ctx?: number;
  canThink: boolean;
}

export function ownForm({ capabilities, system, messages, parameters }: ShowResponse): OwnForm {
  const contextLength = /^num_ctx\s+(\d+)/m.exec(parameters ?? '')?.[1];
  return {
    ...(system ? { system } : {}),
    messages: messages?.length ?? 0,
    ...(contextLength === undefined ? {} : { num_ctx: Number(contextLength) }),
    canThink: capabilities?.includes('thinking') ?? false,
  };
}

/** The request that asks a model one question, greedily unless there is a temperature. */
export const questionFor = (
  model: string,
  messages: readonly Message[],
  { maxTokens, seed, system, think, temperature = 0 }: Asking,
  { canThink }: Pick<OwnForm, 'canThink'>,
) => ({
  model,
  messages: withSystem(messages, system),
  options: { ...(temperature > 0 ? drawnAt(temperature) : greedy), seed, num_predict: maxTokens },
  ...(canThink ? { think } : {}),
  // Without these Ollama drops the beginning of a long chat in silence.
  truncate: false,
  shift: false,
});

/** Without a `top_k` of 1, which would draw the greedy answer at every temperature. */
const drawnAt = (temperature: number) => {
  const { top_k: _, ...options } = greedy;
  return { ...options, temperature };
};

const withSystem = (messages: readonly Message[], system: string | undefined): readonly Message[] =>
  system === undefined || messages[0]?.role === 'system'
    ? messages
    : [{ role: 'system', content: system }, ...messages];

export function readAnswer({ message, done, done_reason, eval_count }: Chatted, maxTokens: number): Answer {
  const tokens = eval_count ?? 0;
  const thinks = (message.thinking ?? '').trim() !== '';
  const isFull = eval_count === undefined || tokens >= maxTokens - 1;
  const isCut = done && done_reason === 'length';
  const isLoop = !done || (isCut && isFull && endsInLoop(message.content));
  const cut = isFull ? 'length' : 'context';
  const end = thinks && message.content.trim() === '' ? 'thinking' : isLoop ? 'loop' : isCut ? cut : 'stop';
  const thoughts = message.thinking?.trim();
  return { text: message.content, end, tokens, ...(thinks && thoughts ? { thinks, thoughts } : {}) };
}

/** Cuts the thoughts out of an answer of a model of which Ollama does not know how it writes them. */
export function withoutThoughts(answer: Answer): Answer {
  const { text, thoughts, isThinking } = splitThoughts(answer.text);
  if (thoughts === undefined) return answer;
  return { ...answer, text, thinks: true, thoughts, ...(isThinking ? { end: 'thinking' } : {}) };
}

/** Tells the thoughts in a text from its answer. `isThinking`: they have no end yet. */
export function splitThoughts(text: string): { text: string; thoughts?: string; isThinking: boolean } {
  const end = text.lastIndexOf('</think>');
  const thoughts = (end < 0 ? text : text.slice(0, end)).trimStart();
  if (end >= 0) {
    const answer = text.slice(end + '</think>'.length).trimStart();
    return { text: answer, thoughts: thoughts.replace(/^<think>/, '').trim(), isThinking: false };
  }
  if (!thoughts.startsWith('<think>')) return { text, isThinking: false };
  return { text: '', thoughts: thoughts.slice('<think>'.length).trim(), isThinking: true };
}
