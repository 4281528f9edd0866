import { join } from 'node:path';
import { bareName, modelCard } from '../../core/card/model-card.ts';
import { looksLikeHandle } from '../../core/json.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { packageVersion } from '../machine/package-root.ts';
import { readServed } from '../ollama/served-models.ts';
import { modelsOfRun } from '../runs/models-of-run.ts';
import type { ArtifactStore } from '../store/artifacts.ts';
import { writeDurably } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';
import { cardFacts } from './card-facts.ts';

/**
 * Writes the card of the model that a run has tuned beside the files of its adapter, outside their digest. A later run with
 * the same adapter writes its own over it. Returns its path; undefined for a run without such a model.
 */
export async function writeAdapterCard(
  store: ArtifactStore,
  runFolder: string,
  state: RunState,
): Promise<string | undefined> {
  const plan = await readJsonFile<Plan>(join(runFolder, 'plan.json'));
  const { models } = await modelsOfRun(store, state, plan);
  const tuned = models.findLast(({ side }) => side === 'after');
  if (tuned?.digest === undefined) return undefined;
  const served = await readServed(store.root, tuned.digest);
  const adapter = served?.lineage.adapter;
  if (!looksLikeHandle(adapter) || (await store.condition(adapter)) !== 'whole') return undefined;
  const card = modelCard({
    name: bareName(tuned.name),
    digest: tuned.digest,
    run: state.runId,
    hasAdapter: true,
    place: { ollama: tuned.name },
    version: packageVersion(),
    ...(await cardFacts({ store, state, plan, digest: tuned.digest, served })),
  });
  const path = join(store.folder(adapter), 'README.md');
  await writeDurably(path, card);
  return path;
}
