import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BaseCard, type CardFacts, readBaseCard } from '../../core/card/model-card.ts';
import { flatten } from '../../core/comparison/changes.ts';
import { isRecord, looksLikeHandle } from '../../core/json.ts';
import { isHubRows } from '../../core/kinds/options/hub-rows.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { examOf } from '../../core/report/exam.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { cachedModel } from '../inspection/hub-cache.ts';
import type { ServedModel } from '../ollama/served-models.ts';
import { driftOf } from '../runs/drifts.ts';
import { readExams } from '../runs/exams.ts';
import type { ArtifactStore } from '../store/artifacts.ts';

interface Known {
  store: ArtifactStore;
  state: RunState;
  plan: Plan | undefined;
  digest: string;
  served: ServedModel | undefined;
}

/** What the records of a run tell of its model, for the model's card. */
export async function cardFacts({
  store,
  state,
  plan,
  digest,
  served,
}: Known): Promise<Pick<CardFacts, 'base' | 'baseCard' | 'data' | 'training' | 'exam' | 'quantization' | 'drift'>> {
  const lineage = served?.lineage ?? {};
  const base = baseOf(lineage.base);
  const drift = served && (await driftOf(store, state, served.gguf));
  const exam = await examOn(store, state, plan, digest);
  return {
    ...(base ? { base } : {}),
    baseCard: base ? await baseCardOf(base) : {},
    data: dataOf(state, plan),
    training: trainingOf(plan),
    ...(exam ? { exam } : {}),
    ...(drift ? { drift } : {}),
    // An adapter alone is not quantized; its base is.
    ...(typeof lineage.type === 'string' && lineage.type !== 'lora' ? { quantization: lineage.type } : {}),
  };
}

function baseOf(value: unknown): CardFacts['base'] {
  // A base that the run itself has made has no name that another person could look up.
  if (!isRecord(value) || typeof value.name !== 'string' || value.name.startsWith('artifact:')) return undefined;
  const [, id, revision] = /^hub:(.*)@([^@]*)$/.exec(typeof value.digest === 'string' ? value.digest : '') ?? [];
  return { name: shortName(value.name), ...(id && revision ? { hub: { id, revision } } : {}) };
}

/** The path on one's own machine tells a colleague nothing. */
const shortName = (name: string): string => (name.startsWith('/') ? basename(name) : name);

/** The card that lies beside the base model's files. */
async function baseCardOf({ name, hub }: NonNullable<CardFacts['base']>): Promise<BaseCard> {
  const folder = hub ? await cachedModel(hub.id, hub.revision) : name;
  const text = folder === undefined ? '' : await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  return readBaseCard(text);
}

/** The rows that steps have read, by the name of their file. */
function dataOf({ steps }: RunState, plan: Plan | undefined): CardFacts['data'] {
  return (plan?.steps ?? []).flatMap(({ id, uses, with: options }) => {
    const source = definitionOf(uses)?.rowsOption;
    const named = source !== undefined && isRecord(options) ? options[source] : undefined;
    const { dataset, rows } = steps[id]?.outputs ?? {};
    if (typeof named !== 'string' || !looksLikeHandle(dataset)) return [];
    return [
      {
        name: isHubRows(named) ? named : basename(named),
        digest: dataset.digest,
        ...(typeof rows === 'number' ? { rows } : {}),
      },
    ];
  });
}

/** Options of a training that say how the model came about. Paths and names of the machine are left out. */
const shownOptions =
  /^(?:epochs|max_steps|batch_size|gradient_accumulation|learning_rate|scheduler|warmup_steps|warmup_ratio|max_length|precision|seed|lora\..+)$/;

const trainingOf = (plan: Plan | undefined): CardFacts['training'] => {
  const step = plan?.steps.findLast(({ uses }) => definitionOf(uses)?.learnsRows);
  return step ? flatten(step.with).filter(([name]) => shownOptions.test(name)) : [];
};

async function examOn(
  store: ArtifactStore,
  state: RunState,
  plan: Plan | undefined,
  digest: string,
): Promise<CardFacts['exam']> {
  const held = (await readExams(store, state)).findLast(({ report }) => report?.after.digest === digest);
  if (!held?.report) return undefined;
  const step = plan?.steps.find(({ id }) => id === held.step);
  const option = step && definitionOf(step.uses)?.exam?.option;
  const prompts = option !== undefined && isRecord(step?.with) ? step.with[option] : undefined;
  return {
    exam: examOf(held.step, held.report, held.better),
    prompts: typeof prompts === 'string' ? basename(prompts) : 'questions',
  };
}
