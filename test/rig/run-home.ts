import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { asked, examReport, interrupted, ledger, row, runFacts } from './run-facts.ts';

/** As lines of JSON. */
export const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** The events that the rig of facts shortens, with all that the trainer tells. */
export const told: readonly Record<string, unknown>[] = interrupted.map((event) => {
  if (event.event === 'started')
    return { ...event, parameters: 9, trainable: 3, device: 'cpu', precision: 'fp32', threads: 2, memory_bytes: 1 };
  if (event.event === 'progress') return { ...event, max_steps: 60, epoch: 1, grad_norm: 0.5 };
  if (event.event === 'evaluated') return { ...event, best: true };
  return { ...event, path: '/work', bytes: 1, eval_loss: 0.5, best: true, finished: false, digest: 'sha256:1' };
});

/** Writes a run that has ended into a home, as workers do: its record, its steps' files, its dataset and its evaluation. */
export async function writeRun(home: string): Promise<RunState> {
  const store = new ArtifactStore(join(home, 'store'));
  const publish = async (kind: Handle['kind'], files: Readonly<Record<string, string>>): Promise<Handle> => {
    const staging = await store.stage('test');
    for (const [name, text] of Object.entries(files)) await writeFile(join(staging, 'files', name), text);
    return await store.publish(staging, kind);
  };
  const { state: facts, plan } = runFacts();
  const rows = lines([row('你好？', '船长好！'), row('Hi?', 'Ahoy!')]);
  const dataset = await publish('dataset', { 'train.jsonl': rows, 'eval.jsonl': lines([row('Why?', 'Squawk!')]) });
  const report = await publish('report', { 'report.json': JSON.stringify(examReport(asked)) });
  const { data, train, verdict } = facts.steps;
  const state = {
    ...facts,
    steps: {
      data: { ...data!, outputs: { dataset, train_rows: 2, eval_rows: 1 } },
      train: train!,
      verdict: { ...verdict!, outputs: { report, better: true } },
    },
  } as RunState;
  const files = {
    'run.json': JSON.stringify(state),
    'plan.json': JSON.stringify(plan),
    'steps/data/summary.json': JSON.stringify({ source: 'rows.jsonl', dropped: { duplicate: 1, bad: 0 } }),
    'steps/train/attempts.jsonl': lines(ledger),
    'steps/train/log.txt': `--- attempt 1 ---\n${lines(told.slice(0, 9))}a warning of a library\n${lines(told.slice(9))}`,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(home, 'runs', state.runId, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return state;
}
