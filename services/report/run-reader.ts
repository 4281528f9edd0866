import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import type { DriftReport } from '../../core/quantization/drift-report.ts';
import { type ExamReport, examReportSchema } from '../../core/report/exam.ts';
import type { DatasetFacts } from '../../core/report/learned.ts';
import type { ModelLineage, Pinned, RunFacts } from '../../core/report/run-view.ts';
import type { LedgerLine } from '../../core/run/attempts.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { readLedger } from '../runs/attempt-ledger.ts';
import { measuredBy, readDrift } from '../runs/drifts.ts';
import { lineageOf } from '../runs/lineage.ts';
import { ArtifactStore } from '../store/artifacts.ts';
import { readJsonFile } from '../store/json-file.ts';
import { readDataset } from './read-dataset.ts';
import { TrainingLog } from './training-log.ts';
import { whereMade } from './where-made.ts';

/** `none`: the step has nothing of the kind, or nothing that can be read. */
type Found<T> = T | 'none';

/** Reads all that a home knows of runs. It keeps what does not change, since a page asks again every second. */
export class RunReader {
  readonly #runs: string;
  readonly #store: ArtifactStore;
  readonly #logs = new Map<string, TrainingLog>();
  readonly #kept = new Map<string, Promise<unknown>>();

  /** `runs`: the folder of run folders; `store`: the root of the artifact store. */
  constructor(place: { runs: string; store: string }) {
    this.#runs = place.runs;
    this.#store = new ArtifactStore(place.store);
  }

  /** Reads a run whose state is known. What cannot be read is left out. */
  async read(state: RunState, known: Pick<RunFacts, 'doing' | 'now' | 'version'>): Promise<RunFacts> {
    const folder = join(this.#runs, state.runId);
    const [plan, pins] = await Promise.all([
      readJsonFile<Plan>(join(folder, 'plan.json')),
      readJsonFile<Pinned>(join(folder, 'pins.json')),
    ]);
    const ledger = async (id: string) => await readLedger(join(folder, 'steps', id, 'attempts.jsonl'));
    return {
      state,
      plan,
      pins,
      ledgers: await eachStep<LedgerLine[]>(state, ledger),
      trainings: await eachStep(state, async (id, step) => await this.#training(state.runId, id, step)),
      datasets: await eachStep(state, async (id, step) => await this.#dataset(state.runId, id, step)),
      exams: await eachStep(state, async (_, step) => await this.#exam(step)),
      drifts: await eachStep(state, async (_, step) => await this.#drift(step)),
      models: await this.#models(state),
      ...known,
    };
  }

  async #training(run: string, id: string, step: StepState): Promise<Found<RunFacts['trainings'][string]>> {
    if (!definitionOf(step.uses)?.learnsRows) return 'none';
    const made = whereMade(step, { run, step: id });
    const file = join(this.#runs, made.run, 'steps', made.step, 'log.txt');
    const log = this.#logs.get(file) ?? new TrainingLog(file);
    this.#logs.set(file, log);
    const events = await log.read();
    return events.length > 0 ? { run: made.run, events } : 'none';
  }

  async #dataset(run: string, id: string, step: StepState): Promise<Found<DatasetFacts>> {
    const dataset = handlesOf(step).find(({ kind }) => kind === 'dataset');
    if (!dataset) return 'none';
    const made = whereMade(step, { run, step: id });
    const summary = join(this.#runs, made.run, 'steps', made.step, 'summary.json');
    const read = async () => await readDataset(this.#store, summary, dataset);
    return (await this.#once(`dataset ${summary} ${dataset.digest}`, read)) ?? 'none';
  }

  async #exam(step: StepState): Promise<Found<ExamReport | undefined>> {
    const report = step.outputs?.[definitionOf(step.uses)?.verdictOutput ?? ''];
    if (!looksLikeHandle(report)) return 'none';
    return await this.#once(`exam ${report.digest}`, async () => {
      const opened = await this.#store.open(report).catch(() => undefined);
      const value = opened && (await readJsonFile<unknown>(join(opened.path, 'report.json')));
      return examReportSchema.safeParse(value).data;
    });
  }

  async #drift(step: StepState): Promise<Found<DriftReport>> {
    const report = measuredBy(step);
    if (!report) return 'none';
    return (await this.#once(`drift ${report.digest}`, async () => await readDrift(this.#store, report))) ?? 'none';
  }

  async #models(state: RunState): Promise<ModelLineage[]> {
    const place = { runs: this.#runs, store: this.#store };
    // The step that made a model comes before those that pass it on.
    const made = new Map<string, string>();
    for (const [step, each] of Object.entries(state.steps))
      for (const { kind, digest } of handlesOf(each))
        if (kind === 'ollama' && !made.has(digest)) made.set(digest, step);
    const models: ModelLineage[] = [];
    for (const [digest, step] of made) {
      // At its end a run drops intermediates, of which the lineage tells.
      const lineage = await this.#once(`lineage ${state.status} ${digest}`, async () => await lineageOf(place, digest));
      if (lineage) models.push({ step, name: lineage.name, digest, from: lineage.from });
    }
    return models;
  }

  async #once<T>(key: string, read: () => Promise<T>): Promise<T | undefined> {
    const known =
      this.#kept.get(key) ??
      read().catch(() => {
        this.#kept.delete(key);
      });
    this.#kept.set(key, known);
    return (await known) as T | undefined;
  }
}

const handlesOf = ({ outputs }: StepState): Handle[] => Object.values(outputs ?? {}).filter(looksLikeHandle);

async function eachStep<T>(
  { steps }: RunState,
  read: (id: string, step: StepState) => Promise<Found<T>>,
): Promise<Record<string, T>> {
  const all = await Promise.all(Object.entries(steps).map(async ([id, step]) => [id, await read(id, step)] as const));
  return Object.fromEntries(all.flatMap(([id, value]) => (value === 'none' ? [] : [[id, value as T]])));
}
