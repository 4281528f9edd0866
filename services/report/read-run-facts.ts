import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { type ExamReport, examReportSchema } from '../../core/report/exam.ts';
import type { ModelLineage, Pinned, RunFacts } from '../../core/report/run-view.ts';
import type { LedgerLine } from '../../core/run/attempts.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { readLedger } from '../runs/attempt-ledger.ts';
import { lineageOf } from '../runs/lineage.ts';
import { ArtifactStore } from '../store/artifacts.ts';
import { readJsonFile } from '../store/json-file.ts';
import { readDataset } from './read-dataset.ts';
import { readTraining } from './read-training.ts';

export interface Place {
  /** Folder of run folders. */
  runs: string;
  /** Root of the artifact store. */
  store: string;
}

/** Reads all that a home knows of a run whose state is known. What cannot be read is left out. */
export async function readRunFacts(
  place: Place,
  state: RunState,
  { now, version }: Pick<RunFacts, 'now' | 'version'>,
): Promise<RunFacts> {
  const folder = join(place.runs, state.runId);
  const store = new ArtifactStore(place.store);
  const steps = Object.entries(state.steps);
  const [plan, pins] = await Promise.all([
    readJsonFile<Plan>(join(folder, 'plan.json')),
    readJsonFile<Pinned>(join(folder, 'pins.json')),
  ]);
  const found = async <T>(read: (id: string, step: StepState) => Promise<T | 'none'>): Promise<Record<string, T>> => {
    const all = await Promise.all(steps.map(async ([id, step]) => [id, await read(id, step)] as const));
    return Object.fromEntries(all.flatMap(([id, value]) => (value === 'none' ? [] : [[id, value as T]])));
  };
  return {
    state,
    plan,
    pins,
    ledgers: await found<LedgerLine[]>(async (id) => await readLedger(join(folder, 'steps', id, 'attempts.jsonl'))),
    trainings: await found(async (id, step) =>
      definitionOf(step.uses)?.learnsRows ? await readTraining(place.runs, state.runId, id, step) : 'none',
    ),
    datasets: await found(async (id, step) => {
      const dataset = handlesOf(step).find(({ kind }) => kind === 'dataset');
      return dataset ? await readDataset(place, state.runId, id, { step, dataset }) : 'none';
    }),
    exams: await found(async (_, step) => {
      const report = step.outputs?.[definitionOf(step.uses)?.verdictOutput ?? ''];
      return looksLikeHandle(report) ? await readExam(store, report) : 'none';
    }),
    models: await readModels({ runs: place.runs, store }, state),
    version,
    now,
  };
}

const handlesOf = ({ outputs }: StepState): Handle[] => Object.values(outputs ?? {}).filter(looksLikeHandle);

async function readExam(store: ArtifactStore, report: Handle): Promise<ExamReport | undefined> {
  const opened = await store.open(report).catch(() => undefined);
  const value = opened && (await readJsonFile<unknown>(join(opened.path, 'report.json')));
  const parsed = examReportSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

async function readModels(place: { runs: string; store: ArtifactStore }, state: RunState): Promise<ModelLineage[]> {
  const models: ModelLineage[] = [];
  const known = new Set<string>();
  for (const [step, each] of Object.entries(state.steps)) {
    for (const { kind, digest } of handlesOf(each)) {
      if (kind !== 'ollama' || known.has(digest)) continue;
      known.add(digest);
      const lineage = await lineageOf(place, digest).catch(() => undefined);
      if (lineage) models.push({ step, name: lineage.name, digest, from: lineage.from });
    }
  }
  return models;
}
