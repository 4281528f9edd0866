import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withPlaces } from '../../core/documents/row-places.ts';
import { fill } from '../../protocol/trainer/filled.ts';
import { mixedRowOptions, rowOptions } from '../../protocol/trainer/jobs.ts';
import type { Outputs } from '../../protocol/trainer/outputs.ts';
import type { Deps } from '../engine/deps.ts';
import { openPinned } from '../engine/pinned-files.ts';
import { step } from '../engine/step.ts';
import { openBase } from '../process/base-model.ts';
import { runTrainer } from '../process/run-trainer.ts';
import { rowsOfDocuments } from './documents/rows-of-documents.ts';
import { openRows } from './hub-rows.ts';
import { preparedSummary, rowLines } from './summary.ts';

export const prepare = (deps: Deps) =>
  step('prepare', deps, async (context) => {
    const { options, input } = context;
    const written = options.documents && (await rowsOfDocuments(context, options.documents));
    const own = written ? { source: written.source, parts: null } : await openRows(context, options, input.pins);
    const exclude = options.exclude === undefined ? null : await openPinned(deps, options.exclude, input.pins);
    const tokenizer =
      options.tokenizer === undefined ? null : (await openBase(context, options.tokenizer, input.pins)).path;
    const mixed = [];
    const origins = 'origin' in own && own.origin ? [own.origin] : [];
    // One after another: each has its progress, and a job file of its own.
    for (const [name, file] of Object.entries(options.mix ?? {})) {
      const { origin, ...opened } = await openRows(context, file, input.pins);
      mixed.push([name, { ...fill(mixedRowOptions, file), weight: file.weight, ...opened }] as const);
      if (origin) origins.push(origin);
    }
    const staging = await context.stage();
    context.progress({ phase: { code: 'reading_rows', facts: {} } });
    // Outside the dataset, which is its rows alone: the same rows from another file are the same dataset.
    const summary = join(context.folder, 'summary.json');
    const read = await runTrainer(
      context,
      'prepare',
      {
        ...fill(rowOptions, options),
        source: own.source,
        parts: own.parts,
        mix: options.mix ? Object.fromEntries(mixed) : null,
        exclude,
        tokenizer,
        out: `${staging}/files`,
        max_length: null,
        summary,
      },
      {
        onEvent: (event) => {
          if (event.event === 'bad_row') void context.log(`${event.where}: ${event.reason}`);
        },
      },
    );
    const outputs = written ? withPlaces(read, { file: basename(written.source), rows: written.rows }) : read;
    if (written) await nameRows(summary, outputs);
    for (const line of rowLines(outputs)) await context.log(line);
    const dataset = await context.publish(staging, 'dataset');
    const { rows, train_rows, eval_rows, tokens } = outputs;
    return {
      outputs: { dataset, rows, train_rows, eval_rows, tokens },
      summary: [...(written ? [written.facts.summary] : []), preparedSummary(outputs), ...origins].join('; '),
    };
  });

/** The report of the data, in which rows of documents have their places. */
async function nameRows(file: string, { leaks, same_answers, findings }: Outputs<'prepare'>): Promise<void> {
  const summary = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, `${JSON.stringify({ ...summary, leaks, same_answers, findings }, null, 1)}\n`);
}
