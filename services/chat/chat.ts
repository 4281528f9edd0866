import type { Message } from '../ollama/messages.ts';

/** A JSON Schema. */
export type AnswerSchema = Readonly<Record<string, unknown>>;

export interface ChatRequest {
  messages: readonly Message[];
  /** The answer must be JSON of this schema. Not every server holds a model to it: the prompt must ask for it as well. */
  schema?: AnswerSchema;
  /** Thoughts count. */
  maxTokens: number;
  /** 0 by default, which is greedy. */
  temperature?: number;
  seed?: number;
  /** Whether a model that can think in Ollama does. A server at an address thinks as it likes. */
  think?: boolean;
  /** Tokens that prompt and answer together may need, for Ollama, whose context is short unless more is asked for. */
  context?: number;
}

export interface ChatAnswer {
  /** Without thoughts. */
  text: string;
  /** The JSON that was asked for; undefined if it is none. Whether it fits the schema is for the asker to check. */
  value?: unknown;
  /**
   * `stop`: whole. `length`: cut at `maxTokens` or where the context ended. `prompt`: not asked, since the prompt is longer
   * than the context. `refused`: the server holds the answer back. `unread`: Ollama could not read what the model wrote.
   */
  end: 'stop' | 'length' | 'prompt' | 'refused' | 'unread';
  promptTokens: number;
  answerTokens: number;
  seconds: number;
}

/** A model that is asked over HTTP, wherever it is. Failures are TemperErrors; a cancellation stays one. */
export interface Chat {
  /** For people. */
  name: string;
  ask: (request: ChatRequest, signal: AbortSignal) => Promise<ChatAnswer>;
  /** Throws what would keep the first question from being answered: server, key or model. */
  check: (signal: AbortSignal) => Promise<void>;
  /** Frees the memory that the model takes, where it is ours. Never throws. */
  close: () => Promise<void>;
}

/** The JSON in an answer. Models that are held to no schema wrap it in a fence, or in a sentence. */
export function readJson(text: string): unknown {
  const [first, last] = [text.search(/[{[]/), Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))];
  return parseJson(text) ?? parseJson(text.slice(Math.max(first, 0), last + 1));
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
