import { join } from 'node:path';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { ServedFacts } from '../../core/promotions.ts';
import { readServed } from '../ollama/served-models.ts';
import { readStepOutcomes, type StepOutcome } from '../runs/step-outcome.ts';
import type { ArtifactStore } from '../store/artifacts.ts';

/** Facts that a run has about a model: its verdict and its training data. `runs`: the folder of run folders. */
export async function factsOf(
  { runs, store }: { runs: string; store: ArtifactStore },
  runId: string,
  digest: string,
): Promise<ServedFacts> {
  const outcomes = Object.values(await readStepOutcomes(join(runs, runId)));
  return { ...(await verdictOn(store, outcomes, digest)), ...(await dataOf(store, outcomes, digest)) };
}

/** If several evaluations judged the model, prefers the one that compared it with the model in production. */
async function verdictOn(
  store: ArtifactStore,
  outcomes: readonly StepOutcome[],
  digest: string,
): Promise<ServedFacts | undefined> {
  const found: ServedFacts[] = [];
  for (const { uses, outputs } of outcomes) {
    const report = outputs[definitionOf(uses)?.verdictOutput ?? ''];
    if (!looksLikeHandle(report)) continue;
    const meta = (await store.manifestOf(report))?.meta;
    if (meta?.after !== digest) continue;
    const numbers = ['score', 'baseline', 'production'].flatMap((name) =>
      typeof outputs[name] === 'number' ? [[name, outputs[name]] as const] : [],
    );
    found.push({
      report: report.digest,
      ...(typeof meta.metric === 'string' ? { metric: meta.metric } : {}),
      ...Object.fromEntries(numbers),
    });
  }
  return found.sort((a, b) => weight(b) - weight(a))[0];
}

const weight = ({ score, production }: ServedFacts) =>
  (score === undefined ? 0 : 1) + (production === undefined ? 0 : 1);

async function dataOf(store: ArtifactStore, outcomes: readonly StepOutcome[], digest: string): Promise<ServedFacts> {
  const dataset = (await readServed(store.root, digest))?.lineage.dataset;
  if (!looksLikeHandle(dataset)) return {};
  const made = outcomes.find(
    ({ outputs }) => looksLikeHandle(outputs.dataset) && outputs.dataset.digest === dataset.digest,
  );
  const rows = made?.outputs.rows;
  return { data: dataset.digest, ...(typeof rows === 'number' ? { rows } : {}) };
}
