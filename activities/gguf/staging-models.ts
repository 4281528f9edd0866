import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../services/durable-files.ts';
import { OllamaServer } from '../../services/ollama.ts';

interface Named {
  url: string;
  name: string;
}

/**
 * Models that exist only while a step works. Their names are written down before they are made, so that the next attempt
 * removes what a killed one left; they are removed at the end, however the step ends.
 */
export class StagingModels {
  readonly #file: string;
  readonly #log: (line: string) => Promise<void>;
  #names: Named[] = [];
  private constructor(file: string, log: (line: string) => Promise<void>) {
    this.#file = file;
    this.#log = log;
  }

  static async use<T>(
    context: { folder: string; log: (line: string) => Promise<void> },
    body: (staging: StagingModels) => Promise<T>,
  ): Promise<T> {
    const staging = new StagingModels(join(context.folder, 'staging-models.json'), context.log);
    staging.#names = await readFile(staging.#file, 'utf8').then(
      (text) => JSON.parse(text) as Named[],
      () => [],
    );
    try {
      await staging.#clear();
      return await body(staging);
    } finally {
      await staging.#clear();
    }
  }

  /** A name nobody else uses, on this server. */
  async name(server: OllamaServer): Promise<string> {
    const name = `temper-staging-${randomUUID()}`;
    this.#names.push({ url: server.url, name });
    await writeDurably(this.#file, JSON.stringify(this.#names));
    return name;
  }

  /** Runs after a cancellation too, so it takes no signal. What cannot be removed now stays written down. */
  async #clear(): Promise<void> {
    if (this.#names.length === 0) return;
    const left: Named[] = [];
    for (const { url, name } of this.#names) {
      const server = new OllamaServer(url);
      try {
        if (!(await server.find(name))) continue;
        await server.unload(name).catch(() => undefined);
        await server.delete(name);
      } catch (error) {
        left.push({ url, name });
        await this.#log(
          `the staging model ${name} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    this.#names = left;
    await writeDurably(this.#file, JSON.stringify(left));
  }
}
