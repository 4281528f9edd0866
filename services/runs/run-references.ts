import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import type { Plan } from '../../core/run/plan.ts';
import { rootRunId } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Pins } from '../../protocol/activities.ts';
import { readJsonFile } from '../store/json-file.ts';
import { readLedger } from './attempt-ledger.ts';
import { digestsOf, readStepOutcomes, type StepOutcome } from './step-outcome.ts';

/** Everything that one run refers to, read from its folder and from the store. */
export interface RunReferences {
  runId: string;
  pipeline: string;
  plan: Plan | undefined;
  /** The record of a closed run; an open or paused one has none. */
  record: RunState | undefined;
  outcomes: Readonly<Record<string, StepOutcome>>;
  /** Digests of artifacts that its steps published or reused. */
  artifacts: ReadonlySet<string>;
  /** By step, checkpoints of its trainings in the store, from which another host can resume. */
  checkpoints: Readonly<Record<string, readonly Handle[]>>;
  /** The outermost run, if this one is a pipeline run as a step. It stays open and kept as long as that one. */
  root?: RunReferences;
}

export interface Folders {
  /** Folder of run folders. */
  runs: string;
  /** Root of the artifact store. */
  store: string;
}

/** Reads the references of all runs of a home, in no order. Skips folders that are not of a run. */
export async function readAllReferences(folders: Folders): Promise<RunReferences[]> {
  const names = await readdir(folders.runs).catch(() => [] as string[]);
  const read: RunReferences[] = [];
  // One at a time: a home may have thousands of runs, more than a process may have open files.
  for (const runId of names) {
    const found = await readReferences(folders, runId);
    if (found) read.push(found);
  }
  const byId = new Map(read.map((run) => [run.runId, run]));
  for (const run of read) {
    const root = byId.get(rootRunId(run.runId));
    if (root && root !== run) run.root = root;
  }
  return read;
}

export async function readReferences({ runs, store }: Folders, runId: string): Promise<RunReferences | undefined> {
  const folder = join(runs, runId);
  const [plan, record, outcomes] = await Promise.all([
    readJsonFile<Plan>(join(folder, 'plan.json')),
    readJsonFile<RunState>(join(folder, 'run.json')),
    readStepOutcomes(folder),
  ]);
  if (!plan && !record) return undefined;
  const results = [...Object.values(outcomes), ...Object.values(record?.steps ?? {})];
  const published = record ? [] : [...(await publishedSoFar(folder)), ...(await pinnedArtifacts(folder))];
  return {
    runId,
    pipeline: plan?.pipeline ?? record?.pipeline ?? '',
    plan,
    record,
    outcomes,
    artifacts: new Set([...results.flatMap(digestsOf), ...published]),
    checkpoints: await publishedCheckpoints(join(store, 'checkpoints', runId)),
  };
}

/** Artifacts of steps without a result: a step under way, or a killed one, may have published some. */
async function publishedSoFar(folder: string): Promise<string[]> {
  const steps = await readdir(join(folder, 'steps')).catch(() => [] as string[]);
  const ledgers = await Promise.all(steps.map((id) => readLedger(join(folder, 'steps', id, 'attempts.jsonl'))));
  return ledgers.flat().flatMap((line) => (line.event === 'published' ? [line.digest] : []));
}

/** Adapters that trainings of the run continue from, and bases made of GGUF files: they are needed again after a kill. */
async function pinnedArtifacts(folder: string): Promise<string[]> {
  const pins = await readJsonFile<Pick<Pins, 'adapters' | 'bases'>>(join(folder, 'pins.json'));
  const handles = [
    ...Object.values(pins?.adapters ?? {}),
    ...Object.values(pins?.bases ?? {}).map(({ model }) => model),
  ];
  return handles.flatMap((handle) => (handle ? [handle.digest] : []));
}

async function publishedCheckpoints(folder: string): Promise<Record<string, Handle[]>> {
  const files = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.json'));
  const lists = await Promise.all(
    files.map(async (name) => {
      const list = (await readJsonFile<{ handle: Handle }[]>(join(folder, name))) ?? [];
      return [name.replace(/\.json$/, ''), list.map(({ handle }) => handle)] as const;
    }),
  );
  return Object.fromEntries(lists);
}
