import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry } from '../../ollama/messages.ts';
import { OllamaServer } from '../../ollama/server.ts';
import { readStagingNames, writeStagingNames } from '../../ollama/staging-names.ts';
import type { RunReferences } from '../../runs/run-references.ts';
import { type Found, nothing } from './removal.ts';
import { endOf, isOpen } from './retention.ts';

/** Models of the servers that answered, by URL. */
export type OllamaModels = ReadonlyMap<string, readonly ModelEntry[]>;

/** Asks each server for its models. A server that does not answer gets a line in `notes` and no entry. */
export async function askServers(urls: readonly string[], notes: string[]): Promise<OllamaModels> {
  const answers = await Promise.all(
    [...new Set(urls)].map(async (url) => {
      const models = await new OllamaServer(url).models().catch(() => undefined);
      if (!models) notes.push(`Ollama at ${url} does not answer; all models made for it count as served`);
      return [url, models] as const;
    }),
  );
  return new Map(answers.flatMap(([url, models]) => (models ? [[url, models] as const] : [])));
}

/** Finds staging models of closed runs, of their steps and of what was proven before them. An open run removes its own. */
export async function findStagingModels(
  folder: string,
  runs: readonly RunReferences[],
  servers: OllamaModels,
  since: number,
): Promise<Found> {
  const found = nothing();
  for (const run of runs.filter((each) => !isOpen(each) && endOf(each) <= since)) {
    const steps = await readdir(join(folder, run.runId, 'steps')).catch(() => [] as string[]);
    for (const step of ['', ...steps]) {
      const place = step === '' ? join(folder, run.runId) : join(folder, run.runId, 'steps', step);
      for (const { url, name } of await readStagingNames(place)) {
        const model = servers.get(url)?.find((each) => each.name === `${name}:latest` || each.name === name);
        if (!model) continue;
        const carryOut = async () => {
          await new OllamaServer(url).delete(name);
          const left = (await readStagingNames(place)).filter((each) => each.name !== name);
          await writeStagingNames(place, left);
          return model.size;
        };
        const reason = `left by ${run.runId}${step === '' ? '' : `/${step}`}, whose worker was killed`;
        found.removals.push({ kind: 'staging model', name, bytes: model.size, reason, carryOut });
      }
    }
  }
  return found;
}
