import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import type { ShowResponse } from 'ollama';
import { TemperError } from '../../core/errors/temper-error.ts';
import { isSameModelName } from '../../core/model-name.ts';
import { withoutCredentials } from '../machine/mask.ts';
import type { Chatted, CreateRequest, CreateStatus, Generated, Message, ModelEntry } from './messages.ts';
import { OllamaTransport, refusal } from './transport.ts';

/** One Ollama server. Calls take a signal, and failures are TemperErrors that name the server. */
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

  /** Also the long lists of its metadata, such as every token. */
  async showAll(name: string, signal?: AbortSignal): Promise<{ model_info?: Readonly<Record<string, unknown>> }> {
    const request = { model: name, verbose: true };
    return await this.#transport.json('POST', '/api/show', request, { doing: `showing ${name}`, signal });
  }

  /** The loaded models. Sizes are in bytes; the length of the context, in tokens, is that of each request; old servers do not tell it. */
  async loaded(
    signal?: AbortSignal,
  ): Promise<{ name: string; size: number; sizeOnDevice: number; contextLength: number | undefined }[]> {
    const { models } = await this.#transport.call('listing loaded models', signal, (client) => client.ps());
    return models.map(({ name, size, size_vram, ...more }) => {
      const { context_length } = more as { context_length?: number };
      return { name, size, sizeOnDevice: size_vram, contextLength: context_length };
    });
  }

  /** Fetches a model from Ollama's registry. `onBytes` receives the bytes of the present layer. */
  async pull(
    name: string,
    options: { signal?: AbortSignal; onBytes?: (done: number, total: number) => void } = {},
  ): Promise<void> {
    await this.#transport.call(`pulling ${name}`, options.signal, async (client) => {
      for await (const { completed, total } of await client.pull({ model: name, stream: true }))
        if (total) options.onBytes?.(completed ?? 0, total);
    });
  }

  async copy(source: string, destination: string, signal?: AbortSignal): Promise<void> {
    await this.#transport.call(`copying ${source} to ${destination}`, signal, (client) =>
      client.copy({ source, destination }),
    );
  }

  /** Succeeds for a missing model: an earlier call may have deleted it without its answer arriving. */
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

  /** Uploads a file unless the server has its digest, which Ollama verifies. `onBytes` receives the bytes sent so far. */
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

  /** Creates a model and passes on each status line. The name points to the new model only after `success`. */
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

  /** Ollama deletes unused files when it starts: a refusal may only mean that it restarted since the upload. */
  async #lostFiles(error: unknown, request: CreateRequest, signal?: AbortSignal): Promise<TemperError | undefined> {
    if (!(error instanceof TemperError) || error.code === 'OLLAMA_UNREACHABLE') return undefined;
    for (const [file, digest] of Object.entries({ ...request.files, ...request.adapters })) {
      if (await this.hasBlob(digest, signal)) continue;
      return new TemperError(
        'OLLAMA_UNREACHABLE',
        `Ollama at ${withoutCredentials(this.url)} no longer has ${file}; it was probably restarted after the upload`,
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

  /** Passes on each part of an answer as it comes, and returns the whole as `chat` does. */
  async chatInParts(
    request: { model: string; messages: readonly Message[] } & Record<string, unknown>,
    onPart: (part: { content: string; thinking: string }) => void,
    signal?: AbortSignal,
  ): Promise<Chatted> {
    const how = { doing: `asking ${request.model}`, signal };
    const whole = { content: '', thinking: '' };
    let last: Chatted | undefined;
    for await (const part of this.#transport.lines<Chatted>('/api/chat', { ...request, stream: true }, how)) {
      const { content = '', thinking = '' } = part.message ?? {};
      whole.content += content;
      whole.thinking += thinking;
      last = part;
      onPart({ content, thinking });
    }
    if (!last) throw this.#transport.failure(new Error('an empty answer'), how.doing, signal);
    return { ...last, message: { ...last.message, ...whole } };
  }
}

/** Digest of a model of the serving Ollama; undefined if it has no such model. */
export async function resolveModel(
  deps: { ollama: { serving: string } },
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await new OllamaServer(deps.ollama.serving).find(name, signal))?.digest;
}

/** Unloads all models of a server from memory; they load again with the next request. */
export async function unloadAll(url: string, signal?: AbortSignal): Promise<void> {
  const server = new OllamaServer(url);
  for (const { name } of await server.loaded(signal)) await server.unload(name, signal);
}
