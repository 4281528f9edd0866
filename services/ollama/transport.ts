import { createInterface } from 'node:readline';
import { Readable, type Transform } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { Ollama } from 'ollama';
import { ollamaFailure } from './failures.ts';
import { patientFetch } from './patient-fetch.ts';

/** `doing`: the purpose of a request, in words that follow "stopped answering while". */
interface Request {
  doing: string;
  signal?: AbortSignal | undefined;
}

/** Sends requests to one Ollama: through the npm client, or directly if the client lacks the call. Failures are TemperErrors. */
export class OllamaTransport {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async call<T>(doing: string, signal: AbortSignal | undefined, ask: (client: Ollama) => Promise<T>): Promise<T> {
    // The npm client takes no signal for plain requests, so each call gets a client whose `fetch` has one.
    const withSignal = (url: string, init: object) => patientFetch(url, { ...init, ...(signal ? { signal } : {}) });
    try {
      return await ask(new Ollama({ host: this.#url, fetch: withSignal as unknown as typeof fetch }));
    } catch (error) {
      throw this.failure(error, doing, signal);
    }
  }

  async fetch(method: string, path: string, body: string | Transform | undefined, how: Request): Promise<Response> {
    const type: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'application/json' } : {};
    try {
      return await patientFetch(`${this.#url}${path}`, {
        method,
        headers: type,
        ...(body === undefined ? {} : { body }),
        ...(how.signal ? { signal: how.signal } : {}),
      });
    } catch (error) {
      throw this.failure(error, how.doing, how.signal);
    }
  }

  async json<T>(method: string, path: string, body: object | undefined, how: Request): Promise<T> {
    const response = await this.fetch(method, path, body && JSON.stringify(body), how);
    try {
      if (!response.ok) throw await refusal(response);
      return (await response.json()) as T;
    } catch (error) {
      throw this.failure(error, how.doing, how.signal);
    }
  }

  /** Passes on each line of an answer that is written while it is made. */
  async *lines<T>(path: string, body: object, how: Request): AsyncGenerator<T> {
    const response = await this.fetch('POST', path, JSON.stringify(body), how);
    try {
      if (!response.ok) throw await refusal(response);
      const input = Readable.fromWeb(response.body as NodeReadableStream);
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (line.trim() === '') continue;
        const value = JSON.parse(line) as T & { error?: string };
        if (value.error !== undefined) throw new Error(value.error);
        yield value as T;
      }
    } catch (error) {
      throw this.failure(error, how.doing, how.signal);
    }
  }

  failure(error: unknown, doing: string, signal?: AbortSignal): unknown {
    return ollamaFailure(error, { url: this.#url, doing, signal });
  }
}

/** An error with the text and the status of a server's refusal. */
export async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  let words = text.trim() || `status ${response.status}`;
  try {
    words = String((JSON.parse(text) as { error?: unknown }).error ?? words);
  } catch {
    // Not JSON: the text as it is.
  }
  return Object.assign(new Error(words), { status_code: response.status });
}
