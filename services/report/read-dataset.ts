import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Handle } from '../../core/handles.ts';
import { type Row, RowLengths } from '../../core/report/row-lengths.ts';
import type { DatasetFacts } from '../../core/report/run-view.ts';
import type { StepState } from '../../core/run/run-state.ts';
import { ArtifactStore } from '../store/artifacts.ts';
import { exists } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';
import { whereMade } from './where-made.ts';

/** Reads a dataset of a run: what its step counted, and the lengths of its rows if the store still has them. */
export async function readDataset(
  { runs, store }: { runs: string; store: string },
  runId: string,
  id: string,
  { step, dataset }: { step: StepState; dataset: Handle },
): Promise<DatasetFacts> {
  const made = whereMade(step, { run: runId, step: id });
  const file = join(runs, made.run, 'steps', made.step, 'summary.json');
  const summary = await readJsonFile<NonNullable<DatasetFacts['summary']>>(file);
  const opened = await new ArtifactStore(store).open(dataset).catch(() => undefined);
  const lengths = new RowLengths();
  if (opened)
    for (const part of ['train', 'eval'] as const) {
      const rows = join(opened.path, `${part}.jsonl`);
      if (await exists(rows)) await measure(rows, part, lengths);
    }
  return { ...(summary ? { summary } : {}), rows: lengths.summary() };
}

async function measure(file: string, part: 'train' | 'eval', lengths: RowLengths): Promise<void> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    line += 1;
    if (text.trim() !== '') lengths.add(JSON.parse(text) as Row, { line, part });
  }
}
