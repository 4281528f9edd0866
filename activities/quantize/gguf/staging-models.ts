import { OllamaServer } from '../../../services/ollama/server.ts';
import {
  newStagingName,
  readStagingNames,
  type StagingName,
  writeStagingNames,
} from '../../../services/ollama/staging-names.ts';

/**
 * Models that exist only while a step works; they are removed however it ends. Their names are written to disk before the
 * models are created, so that the next attempt removes the models of a killed one.
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

  /** Records and returns a new unique name on this server. */
  async name(server: OllamaServer): Promise<string> {
    const name = newStagingName();
    this.#names.push({ url: server.url, name });
    await writeStagingNames(this.#folder, this.#names);
    return name;
  }

  /** Runs also after a cancellation, so it takes no signal. Names that cannot be removed now stay on disk. */
  async #clear(): Promise<void> {
    this.#names = await removeStagingModels(this.#folder, this.#names, { log: this.#log });
  }
}

/** Removes the models that can be removed. Returns the others, and writes their names to disk. */
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

/** Below any heartbeat timeout. If Ollama does not answer in time, `temper gc` tries again later. */
const removalTimeoutMs = 2_000;

/** Removes the models that a succeeded step could not remove because Ollama was unreachable. Never throws. */
export async function removeLeftModels(stepFolder: string): Promise<void> {
  try {
    const names = await readStagingNames(stepFolder);
    await removeStagingModels(stepFolder, names, {
      log: async () => {},
      signal: AbortSignal.timeout(removalTimeoutMs),
    });
  } catch {
    // The run has ended; a failed clean-up must not change its result.
  }
}
