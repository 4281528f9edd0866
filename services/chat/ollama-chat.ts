import { TemperError } from '../../core/errors/temper-error.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { promptTooLong, saysAnswerUnread } from '../ollama/failures.ts';
import { splitThoughts } from '../ollama/greedy-question.ts';
import { greedy } from '../ollama/messages.ts';
import type { OllamaServer } from '../ollama/server.ts';
import { type Chat, type ChatAnswer, type ChatRequest, readJson } from './chat.ts';

const nanoseconds = 1e-9;

/** A model of an Ollama, asked by Ollama's own protocol: `/v1` has no `num_ctx`, and drops the beginning of a long chat. */
export class OllamaChat implements Chat {
  readonly name: string;
  readonly #server: OllamaServer;
  #canThink: boolean | undefined;

  constructor(server: OllamaServer, model: string) {
    this.#server = server;
    this.name = model;
  }

  async check(signal: AbortSignal): Promise<void> {
    if (await this.#server.find(this.name, signal)) return;
    const url = withoutCredentials(this.#server.url);
    throw new TemperError('MODEL_NOT_IN_OLLAMA', `Ollama at ${url} has no model ${this.name}`);
  }

  async ask(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const { messages, schema, maxTokens, temperature = 0, seed, think = false, context } = request;
    this.#canThink ??= (await this.#server.show(this.name, signal)).capabilities?.includes('thinking') ?? false;
    const sampling = temperature > 0 ? { temperature } : greedy;
    const options = {
      ...sampling,
      num_predict: maxTokens,
      ...(seed === undefined ? {} : { seed }),
      ...(context === undefined ? {} : { num_ctx: context }),
    };
    const asked = {
      ...{ model: this.name, messages, options, truncate: false, shift: false },
      ...(schema === undefined ? {} : { format: schema }),
      ...(this.#canThink ? { think } : {}),
    };
    try {
      const { message, done_reason, total_duration, load_duration, ...counts } = await this.#server.chat(asked, signal);
      const { text, isThinking } = splitThoughts(message.content);
      return {
        text,
        ...(schema === undefined ? {} : { value: readJson(text) }),
        end: done_reason === 'length' || isThinking ? 'length' : 'stop',
        promptTokens: counts.prompt_eval_count ?? 0,
        answerTokens: counts.eval_count ?? 0,
        seconds: Math.max(0, (total_duration ?? 0) - (load_duration ?? 0)) * nanoseconds,
      };
    } catch (error) {
      if (promptTooLong(error)) return unanswered('prompt');
      if (saysAnswerUnread(error)) return unanswered('unread');
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#server.unload(this.name).catch(() => undefined);
  }
}

const unanswered = (end: 'prompt' | 'unread'): ChatAnswer => ({
  ...{ text: '', end, promptTokens: 0, answerTokens: 0, seconds: 0 },
});
