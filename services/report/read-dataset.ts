import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Handle } from '../../core/handles.ts';
import type { DatasetFacts } from '../../core/report/learned.ts';
import { type Row, RowLengths } from '../../core/report/row-lengths.ts';
import type { ArtifactStore } from '../store/artifacts.ts';
import { exists } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';

/** Reads what a step counted when it made a dataset, and the lengths of the rows if the store still has them. */
export async function readDataset(store: ArtifactStore, summaryFile: string, dataset: Handle): Promise<DatasetFacts> {
  const summary = await readJsonFile<NonNullable<DatasetFacts['summary']>>(summaryFile);
  const opened = await store.open(dataset).catch(() => undefined);
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
