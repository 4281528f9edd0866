import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import type { ChatResponse, GenerateResponse, ShowResponse } from 'ollama';
import { TemperError } from '../../core/errors/temper-error.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { isSameModelName } from './model-name.ts';
import { OllamaTransport, refusal } from './transport.ts';

export interface Message {
  role: string;
  content: string;
}

export interface ModelEntry {
  name: string;
  /** Digest of the model's manifest: `sha256:…`. */
  digest: string;
  /** Bytes of all its layers. */
  size: number;
}

export interface TokenLogprob {
  token: string;
  logprob: number;
  top_logprobs?: { token: string; logprob: number }[];
}

/** `context`: token ids of prompt and answer. `_debug_info`: undocumented, so it may be missing. */
export type Generated = GenerateResponse & { logprobs?: TokenLogprob[]; _debug_info?: { rendered_template?: string } };
export type Chatted = ChatResponse & { logprobs?: TokenLogprob[]; _debug_info?: { rendered_template?: string } };

export interface CreateRequest {
  model: string;
  from?: string;
  /** File names to blob digests, each uploaded before. */
  files?: Record<string, string>;
  quantize?: string;
  template?: string;
  system?: string;
  parameters?: Record<string, unknown>;
}

/** One line of a creation: what it does, and how far, in bytes, where it says. */
export interface CreateStatus {
  status: string;
  completed?: number;
  total?: number;
}

/** Greedy for real: Ollama's own default of 1.1 for `repeat_penalty` changes answers even at temperature 0. */
export const greedy = {
  temperature: 0,
  repeat_penalty: 1,
  top_k: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
} as const;

/** One Ollama server. Every call takes a signal, and every failure is a TemperError that names the server. */
export class OllamaServer {
  readonly url: string;
  readonly #transport: OllamaTransport;

  constructor(url: string) {
    this.url = url.replace(/\/$/, '');
    this.#transport = new OllamaTransport(this.url);
  }

  async version(signal?: AbortSignal): Promise<string> {
    return (
      await this.#transport.json<{ version: string }>('GET', '/api/version', undefined, {
        doing: 'asking its version',
        signal,
      })
    ).version;
  }

  async models(signal?: AbortSignal): Promise<ModelEntry[]> {
    const { models } = await this.#transport.call('listing models', signal, (client) => client.list());
    return models.map(({ name, digest, size }) => ({ name, digest: `sha256:${digest.replace(/^sha256:/, '')}`, size }));
  }

  async find(name: string, signal?: AbortSignal): Promise<ModelEntry | undefined> {
    return (await this.models(signal)).find((model) => isSameModelName(model.name, name));
  }

  async show(name: string, signal?: AbortSignal): Promise<ShowResponse> {
    return await this.#transport.call(`showing ${name}`, signal, (client) => client.show({ model: name }));
  }

  /** Names and sizes of the models that are in memory now. */
  async loaded(signal?: AbortSignal): Promise<{ name: string; size: number; sizeOnDevice: number }[]> {
    const { models } = await this.#transport.call('listing loaded models', signal, (client) => client.ps());
    return models.map(({ name, size, size_vram }) => ({ name, size, sizeOnDevice: size_vram }));
  }

  async copy(source: string, destination: string, signal?: AbortSignal): Promise<void> {
    await this.#transport.call(`copying ${source} to ${destination}`, signal, (client) =>
      client.copy({ source, destination }),
    );
  }

  /** A model that is not there counts as deleted: the call that removed it may have lost its answer. */
  async delete(name: string, signal?: AbortSignal): Promise<void> {
    if (!(await this.find(name, signal))) return;
    await this.#transport.call(`deleting ${name}`, signal, (client) => client.delete({ model: name }));
  }

  async unload(name: string, signal?: AbortSignal): Promise<void> {
    await this.#transport.json(
      'POST',
      '/api/generate',
      { model: name, keep_alive: 0 },
      { doing: `unloading ${name}`, signal },
    );
  }

  async hasBlob(digest: string, signal?: AbortSignal): Promise<boolean> {
    const response = await this.#transport.fetch('HEAD', `/api/blobs/${digest}`, undefined, {
      doing: `asking for blob ${digest.slice(0, 19)}`,
      signal,
    });
    return response.ok;
  }

  /** Sends a file under its digest unless the server has it; Ollama checks the digest itself. `onBytes`: bytes sent so far. */
  async uploadBlob(
    file: string,
    digest: string,
    options: { signal?: AbortSignal; onBytes?: (sent: number, total: number) => void } = {},
  ): Promise<void> {
    const { signal, onBytes } = options;
    if (await this.hasBlob(digest, signal)) return;
    const total = (await stat(file)).size;
    let sent = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sent += chunk.length;
        onBytes?.(sent, total);
        done(null, chunk);
      },
    });
    const source = createReadStream(file, { highWaterMark: 1 << 20 });
    source.once('error', (error) => counted.destroy(error));
    const response = await this.#transport.fetch('POST', `/api/blobs/${digest}`, source.pipe(counted), {
      doing: `uploading ${total} bytes`,
      signal,
    });
    if (!response.ok) throw this.#transport.failure(await refusal(response), `uploading ${total} bytes`, signal);
  }

  /** Creates a model, telling each status line. The name points to the new model only after `success`. */
  async create(
    request: CreateRequest,
    options: { signal?: AbortSignal; onStatus?: (status: CreateStatus) => void } = {},
  ): Promise<void> {
    try {
      await this.#transport.call(`creating ${request.model}`, options.signal, async (client) => {
        for await (const status of (await client.create({
          ...request,
          stream: true,
        } as never)) as unknown as AsyncIterable<CreateStatus>) {
          options.onStatus?.(status);
        }
      });
    } catch (error) {
      throw (await this.#lostFiles(error, request, options.signal)) ?? error;
    }
  }

  /** Ollama removes files that no model names when it starts: a refusal may only mean that it was restarted since they were sent. */
  async #lostFiles(error: unknown, request: CreateRequest, signal?: AbortSignal): Promise<TemperError | undefined> {
    if (!(error instanceof TemperError) || error.code === 'OLLAMA_UNREACHABLE') return undefined;
    for (const [file, digest] of Object.entries(request.files ?? {})) {
      if (await this.hasBlob(digest, signal)) continue;
      return new TemperError(
        'OLLAMA_UNREACHABLE',
        `Ollama at ${withoutCredentials(this.url)} has lost ${file} since it was sent, as it does when it is restarted`,
        { cause: error },
      );
    }
    return undefined;
  }

  async generate(
    request: { model: string; prompt: string } & Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<Generated> {
    return await this.#transport.json(
      'POST',
      '/api/generate',
      { stream: false, ...request },
      { doing: `asking ${request.model}`, signal },
    );
  }

  async chat(
    request: { model: string; messages: readonly Message[] } & Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<Chatted> {
    return await this.#transport.json(
      'POST',
      '/api/chat',
      { stream: false, ...request },
      { doing: `asking ${request.model}`, signal },
    );
  }
}

/** Digest of a model of the serving Ollama by its name, or undefined when it has none of that name. */
export async function resolveModel(
  deps: { ollama: { serving: string } },
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await new OllamaServer(deps.ollama.serving).find(name, signal))?.digest;
}

/** Frees the memory that this server's loaded models hold; they load again when they are asked. */
export async function unloadAll(url: string, signal?: AbortSignal): Promise<void> {
  const server = new OllamaServer(url);
  for (const { name } of await server.loaded(signal)) await server.unload(name, signal);
}
