import { shortDigest } from '../../core/handles.ts';
import { fullModelName, isSameModelName } from '../../core/model-name.ts';
import { historyOf, modelsToKeep } from '../../core/promotions.ts';
import type { OllamaServer } from '../ollama/server.ts';
import { readAllPromotions } from './promotion-ledger.ts';

/** A normalized model name without its tag. */
export const repositoryOf = (name: string): string => fullModelName(name).replace(/:[^/:]+$/, '');

/** The tag for a replaced model: the same name, with its digest in the tag. Ollama deletes layers without a tag. */
export const keptName = (name: string, digest: string): string =>
  `${name.replace(/:[^/:]+$/, '')}:temper-kept-${shortDigest(digest)}`;

const isKeptName = (name: string, repository: string) => fullModelName(name).startsWith(`${repository}:temper-kept-`);

/**
 * Keeps the newest `keep` replaced models of a serving name, and deletes the others: the tags that temper gave them and
 * the names they were imported under. Keeps every model that a serving name points to and every model that temper never
 * served. Returns the deleted names.
 */
export async function removeBeyondKeep(
  { store, server, name, signal }: { store: string; server: OllamaServer; name: string; signal?: AbortSignal },
  keep: number,
): Promise<string[]> {
  const repository = repositoryOf(name);
  const models = await server.models(signal);
  const wanted = new Set<string>();
  const sources = new Map<string, readonly string[]>();
  // Serving names that differ by their tag share kept tags, so all ledgers count.
  for (const ledger of await readAllPromotions(store)) {
    const history = historyOf(ledger.lines);
    const current = models.find((model) => isSameModelName(model.name, ledger.name))?.digest;
    if (current) wanted.add(current);
    const isOwn = isSameModelName(ledger.name, name);
    for (const digest of modelsToKeep(history, current, isOwn ? keep : history.keep)) wanted.add(digest);
    for (const digest of [history.open?.from, history.open?.to]) if (digest) wanted.add(digest);
    if (isOwn) for (const model of history.models.values()) sources.set(model.digest, model.sources);
  }
  const removed: string[] = [];
  for (const model of models) {
    const own = sources.get(model.digest);
    if (!own || wanted.has(model.digest)) continue;
    if (!isKeptName(model.name, repository) && !own.some((each) => isSameModelName(each, model.name))) continue;
    await server.delete(model.name, signal);
    removed.push(model.name);
  }
  return removed;
}
