import { ollamaName } from '../../core/handles.ts';
import { isRecord, looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { ExamReport } from '../../core/report/exam.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Side } from '../../core/words/evaluation-notes.ts';
import type { Asking } from '../ollama/greedy-question.ts';
import { readServed } from '../ollama/served-models.ts';
import type { ArtifactStore } from '../store/artifacts.ts';
import { readExams } from './exams.ts';

/** A model that a run has trained, started from, or would replace. */
export interface ModelOfRun {
  side: Side;
  name: string;
  /** The one that the run means: the name may have moved on. Absent for a serving name, where the present one is meant. */
  digest?: string;
  /** The step that made it, where the run did. */
  step?: string;
}

export interface ModelsOfRun {
  models: ModelOfRun[];
  /** How its evaluation asks; absent without one. */
  asking?: Asking;
}

/**
 * The models of a run, as its last evaluation names them. A run without a finished evaluation has the models that it
 * imported: of those, the ones with an adapter in their lineage are tuned.
 */
export async function modelsOfRun(store: ArtifactStore, state: RunState, plan: Plan | undefined): Promise<ModelsOfRun> {
  const report = (await readExams(store, state)).findLast((each) => each.report)?.report;
  const models = report ? judgedModels(report, state) : await importedModels(store, state);
  const serving = servingName(plan);
  return {
    models: serving === undefined ? models : [...models, { side: 'production', name: serving }],
    ...(report ? { asking: askingOf(report) } : {}),
  };
}

function judgedModels(report: ExamReport, state: RunState): ModelOfRun[] {
  return (['before', 'after'] as const).map((side) => {
    const { name, digest } = report[side];
    const step = stepOf(state, digest);
    return { side, name, digest, ...(step === undefined ? {} : { step }) };
  });
}

/** The step that gave a model its name in Ollama. */
function stepOf({ steps }: RunState, digest: string): string | undefined {
  return Object.entries(steps).find(([, { uses, outputs }]) => {
    const isImport = definitionOf(uses)?.proofOutput !== undefined;
    return isImport && Object.values(outputs ?? {}).some((each) => looksLikeHandle(each) && each.digest === digest);
  })?.[0];
}

async function importedModels(store: ArtifactStore, { steps }: RunState): Promise<ModelOfRun[]> {
  const models: ModelOfRun[] = [];
  for (const [step, { uses, outputs }] of Object.entries(steps)) {
    if (definitionOf(uses)?.proofOutput === undefined) continue;
    for (const output of Object.values(outputs ?? {})) {
      if (!looksLikeHandle(output) || output.kind !== 'ollama') continue;
      const lineage = (await readServed(store.root, output.digest))?.lineage;
      const side = looksLikeHandle(lineage?.adapter) ? 'after' : 'before';
      models.push({ side, name: ollamaName(output), digest: output.digest, step });
    }
  }
  return models.sort((a, b) => b.side.localeCompare(a.side));
}

/** The name under which people would be served the model. */
function servingName(plan: Plan | undefined): string | undefined {
  for (const { uses, with: options } of plan?.steps ?? []) {
    if (definitionOf(uses)?.servingOutput === undefined || !isRecord(options)) continue;
    if (typeof options.to === 'string' && !options.to.includes('${{')) return options.to;
  }
  return undefined;
}

function askingOf({ options }: ExamReport): Asking {
  const { max_tokens: maxTokens, seed, system, think } = options;
  return {
    maxTokens,
    seed: typeof seed === 'number' ? seed : 42,
    ...(typeof system === 'string' ? { system } : {}),
    think: think === true,
  };
}
