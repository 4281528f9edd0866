import { z } from 'zod';
import { TemperError } from '../../core/errors/temper-error.ts';
import { maskOf } from '../machine/mask.ts';
import { splitThoughts } from '../ollama/greedy-question.ts';
import { exchangeJson } from '../setup/fetch/reach.ts';
import { type Chat, type ChatAnswer, type ChatRequest, parseJson, readJson } from './chat.ts';
import { connectionFailure, type Refusal, readRefusal, refusalFailure } from './endpoint-failures.ts';
import { adapt, asked, type Dialect, firstDialect } from './request-dialect.ts';
import { type Pause, realPause, retryLater, TryLater } from './retry-later.ts';

interface Endpoint {
  /** To which `/chat/completions` is added. */
  url: string;
  model: string;
  name: string;
  key?: string;
  pause?: Pause;
}

/** A large model on a slow machine says nothing until its answer is whole. */
const patienceMs = 15 * 60_000;
/** A person may be waiting for the check. */
const checkPatienceMs = 60_000;
const maxListed = 20;

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number().catch(0), completion_tokens: z.number().catch(0) }).nullish(),
});

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * A model of a server that speaks the protocol of OpenAI. One request is all that is needed of it, so it is written out:
 * the npm client `openai` takes 24 MB in 4107 files, and knows neither the proxies of the environment nor our failures.
 */
export class EndpointChat implements Chat {
  readonly name: string;
  readonly #endpoint: Endpoint;
  readonly #mask: (text: string) => string;
  #dialect: Dialect = firstDialect;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.name = endpoint.name;
    this.#mask = maskOf(endpoint.key === undefined ? [] : [endpoint.key]);
  }

  async ask(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    return await this.#retried(signal, () => this.#once(request, signal, patienceMs));
  }

  async check(signal: AbortSignal): Promise<void> {
    const models = await this.#retried(signal, () => this.#models(signal), 2);
    if (models?.includes(this.#endpoint.model)) return;
    // Some servers list no models, others not all: only a question tells.
    const question = { messages: [{ role: 'user', content: 'Hello' }], maxTokens: 16 };
    await this.#retried(signal, () => this.#once(question, signal, checkPatienceMs), 2);
  }

  /** The models that the server lists; undefined where it has no such list. Asks once, and nothing that costs money. */
  async models(signal: AbortSignal, patience: number): Promise<string[] | undefined> {
    return await this.#retried(signal, () => this.#models(signal, patience), 1);
  }

  async close(): Promise<void> {}

  async #retried<T>(signal: AbortSignal, attempt: () => Promise<T>, tries?: number): Promise<T> {
    const { pause = realPause } = this.#endpoint;
    return await retryLater(attempt, { signal, pause, ...(tries === undefined ? {} : { tries }) });
  }

  async #once(request: ChatRequest, signal: AbortSignal, patience: number): Promise<ChatAnswer> {
    const started = performance.now();
    for (;;) {
      const body = JSON.stringify(asked(this.#endpoint.model, request, this.#dialect));
      const answer = await this.#send('/chat/completions', { body, patience, signal });
      if (answer.status >= 200 && answer.status < 300) {
        const seconds = (performance.now() - started) / 1000;
        return this.#read(answer.text, request, seconds);
      }
      const refusal = readRefusal(answer, this.#mask);
      if (refusal.code === 'context_length_exceeded')
        return { text: '', end: 'prompt', promptTokens: 0, answerTokens: 0, seconds: 0 };
      const other = adapt(this.#dialect, refusal, request);
      if (other === undefined) throw await this.#failure(refusal, signal);
      this.#dialect = other;
    }
  }

  #read(text: string, { schema }: ChatRequest, seconds: number): ChatAnswer {
    const read = completionSchema.safeParse(parseJson(text)).data;
    // A proxy or a dying server cuts answers.
    if (!read) throw new TryLater(`${this.name} gave no answer that can be read: ${this.#mask(text.slice(0, 120))}`);
    const { message, finish_reason } = read.choices[0]!;
    const { text: content, isThinking } = splitThoughts(message.content ?? '');
    const isRefused = finish_reason === 'content_filter' || (content === '' && !!message.refusal);
    return {
      text: content,
      ...(schema === undefined ? {} : { value: readJson(content) }),
      end: isRefused ? 'refused' : finish_reason === 'length' || isThinking ? 'length' : 'stop',
      promptTokens: read.usage?.prompt_tokens ?? 0,
      answerTokens: read.usage?.completion_tokens ?? 0,
      seconds,
    };
  }

  /** Undefined where the server has no such list. */
  async #models(signal: AbortSignal, patience = checkPatienceMs): Promise<string[] | undefined> {
    const answer = await this.#send('/models', { patience, signal });
    if (answer.status === 200)
      return modelsSchema.safeParse(parseJson(answer.text)).data?.data.map(({ id }) => id.replace(/^models\//, ''));
    if (answer.status === 404 || answer.status === 405 || answer.status === 501) return undefined;
    throw await this.#failure(readRefusal(answer, this.#mask), signal);
  }

  async #failure(refusal: Refusal, signal: AbortSignal): Promise<unknown> {
    if (refusal.status !== 404 && refusal.code !== 'model_not_found') return refusalFailure(refusal, this.name);
    const models = await this.#models(signal).catch(() => undefined);
    if (!models && refusal.code !== 'model_not_found' && !refusal.words.includes(this.#endpoint.model))
      return new TemperError('ENDPOINT_REFUSED', `${this.name} has no ${this.#endpoint.url}/chat/completions`);
    const listed = models?.slice(0, maxListed).join(', ') || 'a list that it does not give';
    const more = models && models.length > maxListed ? ` and ${models.length - maxListed} more` : '';
    return new TemperError(
      'ENDPOINT_MODEL_UNKNOWN',
      `${new URL(this.#endpoint.url).host} has no model ${this.#endpoint.model}; it has ${listed}${more}`,
    );
  }

  async #send(path: string, how: { body?: string; patience: number; signal: AbortSignal }) {
    const { url, key } = this.#endpoint;
    const { body, patience, signal } = how;
    try {
      return await exchangeJson(`${url}${path}`, {
        ...(body === undefined ? {} : { body }),
        headers: { 'user-agent': 'temper', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
        patienceMs: patience,
        signal,
      });
    } catch (error) {
      throw connectionFailure(error, this.name, signal);
    }
  }
}
