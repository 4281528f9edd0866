import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import type { Plan } from '../../core/run/plan.ts';
import { rootRunId } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Pins } from '../../protocol/activities.ts';
import { readSmall } from '../store/artifacts.ts';
import { readLedger } from './attempt-ledger.ts';
import { digestsOf, readStepOutcomes, type StepOutcome } from './step-outcome.ts';

/** What one run refers to, as its folder and the store tell. */
export interface RunReferences {
  runId: string;
  pipeline: string;
  plan: Plan | undefined;
  /** The record of a closed run; an open or paused one has none. */
  record: RunState | undefined;
  outcomes: Readonly<Record<string, StepOutcome>>;
  /** Digests of artifacts that its steps have published or reused. */
  artifacts: ReadonlySet<string>;
  /** By step, the checkpoints of its trainings that lie in the store for another host to resume from. */
  checkpoints: Readonly<Record<string, readonly Handle[]>>;
  /** The run that it belongs to, where it is a pipeline that runs as a step: open and held as long as that one. */
  root?: RunReferences;
}

export interface Folders {
  /** Folder of run folders. */
  runs: string;
  /** Root of the artifact store. */
  store: string;
}

/** Of all runs of a home, in no order. A folder that is no run's is left out. */
export async function readAllReferences(folders: Folders): Promise<RunReferences[]> {
  const names = await readdir(folders.runs).catch(() => [] as string[]);
  const read: RunReferences[] = [];
  // One after the other: a home may hold thousands of runs, and files that are open at once are counted.
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
    readSmall<Plan>(join(folder, 'plan.json')),
    readSmall<RunState>(join(folder, 'run.json')),
    readStepOutcomes(folder),
  ]);
  if (!plan && !record) return undefined;
  const results = [...Object.values(outcomes), ...Object.values(record?.steps ?? {})];
  const published = record ? [] : [...(await publishedSoFar(folder)), ...(await startsOf(folder))];
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

/** A step under way, or one that was killed, may have published artifacts before it has a result. */
async function publishedSoFar(folder: string): Promise<string[]> {
  const steps = await readdir(join(folder, 'steps')).catch(() => [] as string[]);
  const ledgers = await Promise.all(steps.map((id) => readLedger(join(folder, 'steps', id, 'attempts.jsonl'))));
  return ledgers.flat().flatMap((line) => (line.event === 'published' ? [line.digest] : []));
}

/** A training that is to start from an adapter, or starts again after a kill, needs that one's weights. */
async function startsOf(folder: string): Promise<string[]> {
  const pins = await readSmall<Pick<Pins, 'adapters'>>(join(folder, 'pins.json'));
  return Object.values(pins?.adapters ?? {}).flatMap((adapter) => (adapter ? [adapter.digest] : []));
}

async function publishedCheckpoints(folder: string): Promise<Record<string, Handle[]>> {
  const files = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.json'));
  const lists = await Promise.all(
    files.map(async (name) => {
      const list = (await readSmall<{ handle: Handle }[]>(join(folder, name))) ?? [];
      return [name.replace(/\.json$/, ''), list.map(({ handle }) => handle)] as const;
    }),
  );
  return Object.fromEntries(lists);
}
