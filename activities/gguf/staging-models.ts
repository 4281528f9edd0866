import { randomUUID } from 'node:crypto';
import { readStagingNames, type StagingName, writeStagingNames } from '../../services/ollama/staging-names.ts';
import { OllamaServer } from '../../services/ollama.ts';

/**
 * Models that exist only while a step works. Their names are written down before they are made, so that the next attempt
 * removes what a killed one left; they are removed at the end, however the step ends.
 */
export class StagingModels {
  readonly #folder: string;
  readonly #log: (line: string) => Promise<void>;
  #names: StagingName[] = [];
  private constructor(folder: string, log: (line: string) => Promise<void>) {
    this.#folder = folder;
    this.#log = log;
  }

  static async use<T>(
    context: { folder: string; log: (line: string) => Promise<void> },
    body: (staging: StagingModels) => Promise<T>,
  ): Promise<T> {
    const staging = new StagingModels(context.folder, context.log);
    staging.#names = await readStagingNames(context.folder);
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
    await writeStagingNames(this.#folder, this.#names);
    return name;
  }

  /** Runs after a cancellation too, so it takes no signal. What cannot be removed now stays written down. */
  async #clear(): Promise<void> {
    if (this.#names.length === 0) return;
    const left: StagingName[] = [];
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
    await writeStagingNames(this.#folder, left);
  }
}
