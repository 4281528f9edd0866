import { randomUUID } from 'node:crypto';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { readStagingNames, type StagingName, writeStagingNames } from '../../../services/ollama/staging-names.ts';

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
    this.#names = await removeStagingModels(this.#folder, this.#names, { log: this.#log });
  }
}

/** Removes those that can be removed; answers, and has written down, those that are left. */
async function removeStagingModels(
  folder: string,
  names: readonly StagingName[],
  { log, signal }: { log: (line: string) => Promise<void>; signal?: AbortSignal },
): Promise<StagingName[]> {
  if (names.length === 0) return [];
  const left: StagingName[] = [];
  for (const { url, name } of names) {
    const server = new OllamaServer(url);
    try {
      if (!(await server.find(name, signal))) continue;
      await server.unload(name, signal).catch(() => undefined);
      await server.delete(name, signal);
    } catch (error) {
      left.push({ url, name });
      await log(
        `the staging model ${name} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  await writeStagingNames(folder, left);
  return left;
}

/** An Ollama that does not answer by then keeps them; `temper gc` asks again. Below any heartbeat timeout. */
const longestMs = 2_000;

/** Removes what a step has left that ended well while Ollama was away, so that no other attempt of it came. Never throws. */
export async function removeLeftModels(stepFolder: string): Promise<void> {
  try {
    const names = await readStagingNames(stepFolder);
    await removeStagingModels(stepFolder, names, { log: async () => {}, signal: AbortSignal.timeout(longestMs) });
  } catch {
    // The run has ended as it has ended; a clean-up that fails changes nothing of it.
  }
}
