import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PinnedNames, RunFacts } from '../../core/comparison/run-difference.ts';
import { looksLikeHandle } from '../../core/json.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { ArtifactStore } from '../store/artifacts.ts';
import { exists } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';
import { readExams } from './exams.ts';
import type { Folders } from './run-references.ts';

/** Reads what two runs are compared by. What the store no longer has is left out. */
export async function readComparedFacts({ runs, store: root }: Folders, state: RunState): Promise<RunFacts> {
  const folder = join(runs, state.runId);
  const store = new ArtifactStore(root);
  const exams = await readExams(store, state);
  return {
    state,
    plan: await readJsonFile<Plan>(join(folder, 'plan.json')),
    pins: await readJsonFile<PinnedNames>(join(folder, 'pins.json')),
    rows: await readRows(store, state),
    exams: Object.fromEntries(exams.flatMap(({ step, report }) => (report ? [[step, report]] : []))),
  };
}

async function readRows(store: ArtifactStore, { steps }: RunState): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [id, { outputs }] of Object.entries(steps)) {
    const dataset = Object.values(outputs ?? {}).find((each) => looksLikeHandle(each) && each.kind === 'dataset');
    if (!looksLikeHandle(dataset)) continue;
    const opened = await store.open(dataset).catch(() => undefined);
    if (opened) found[id] = await rowsIn(opened.path);
  }
  return found;
}

/** Rows to learn and held-out rows alike: which part a row falls into is no change of the data. */
async function rowsIn(folder: string): Promise<string[]> {
  const rows: string[] = [];
  for (const name of ['train.jsonl', 'eval.jsonl']) {
    const file = join(folder, name);
    if (!(await exists(file))) continue;
    for await (const line of createInterface({ input: createReadStream(file, 'utf8') }))
      if (line !== '') rows.push(line);
  }
  return rows;
}
