import type { LineageNode, Made } from '../../core/lineage.ts';
import { historyOf, type ServedFacts } from '../../core/promotions.ts';
import { readServed } from '../ollama/served-models.ts';
import { readAllPromotions } from '../promotion/promotion-ledger.ts';
import { ArtifactMakers, type Verdict } from './artifact-makers.ts';
import { LineageTree, makerOf, type Place } from './lineage-tree.ts';

/** A period in which a serving name pointed to the model. */
export interface ServedAs extends ServedFacts {
  name: string;
  since?: string;
  until?: string;
  takenBack?: string;
}

export interface Lineage {
  digest: string;
  /** The name it was imported under. */
  name: string;
  made?: Made;
  verdicts: readonly Verdict[];
  servedAs: readonly ServedAs[];
  from: LineageNode[];
}

/** Where a model in Ollama came from; undefined if this home did not make it. Asks neither Temporal nor Ollama. */
export async function lineageOf(place: Place, digest: string): Promise<Lineage | undefined> {
  const served = await readServed(place.store.root, digest);
  if (!served) return undefined;
  const makers = await ArtifactMakers.read({ runs: place.runs, store: place.store.root });
  const tree = new LineageTree(place, makers);
  const made = makerOf(await makers.of(digest));
  const verdicts: Verdict[] = [];
  for (const verdict of makers.verdicts)
    if ((await place.store.manifestOf({ digest: verdict.report }))?.meta.after === digest) verdicts.push(verdict);
  return {
    digest,
    name: served.name,
    ...(made ? { made } : {}),
    verdicts,
    servedAs: await servedAs(place.store.root, digest),
    from: await tree.nodes({ gguf: served.gguf, ...served.lineage }, undefined),
  };
}

async function servedAs(store: string, digest: string): Promise<ServedAs[]> {
  const ledgers = await readAllPromotions(store);
  return ledgers.flatMap(({ name, lines }) => {
    const { models, takenBack } = historyOf(lines);
    const model = models.get(digest);
    if (!model) return [];
    const { since, until, facts } = model;
    const back = takenBack.get(digest);
    return [
      {
        name,
        ...(since ? { since } : {}),
        ...(until ? { until } : {}),
        ...(back ? { takenBack: back } : {}),
        ...facts,
      },
    ];
  });
}
