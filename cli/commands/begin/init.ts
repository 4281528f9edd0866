import { plural } from '../../../core/words/plural.ts';
import { printJson } from '../../json/print-json.ts';
import { UserError } from '../../user-error.ts';
import type { BeginOptions } from './begin-options.ts';

/** Writes a pipeline and an exam for a file of rows, a pipeline for documents, or the example. */
export async function init(rows: string | undefined, options: BeginOptions): Promise<number> {
  if (rows === undefined && options.from === undefined) {
    if (options.base !== undefined || options.name !== undefined)
      throw new UserError('`--base` and `--name` are for rows of yours', {
        hint: 'name their file: `npx temper init rows.jsonl`; without one an example is written',
      });
    const { writeExample } = await import('./example.ts');
    return await writeExample(options);
  }
  const documents = await import('./init-documents.ts');
  if (rows !== undefined && documents.namesDocuments(rows)) return await documents.initDocuments(rows, options);
  const { preparePipeline } = await import('./prepare-pipeline.ts');
  const { pipeline, choices, facts, left } = await preparePipeline(rows, options);
  const { base } = choices;
  const { questions } = choices.exam;
  const exam = questions > 0 ? pipeline.replace(/\.yaml$/, '.exam.jsonl') : undefined;
  const pull = base.rival !== undefined && !base.present;
  if (options.json) {
    const chosen = choices.options.map(({ because, ...each }) => ({ ...each, ...because }));
    const result = { pipeline, exam: exam ?? null, questions, base: base.base, pull, rows: facts };
    printJson('init', { ...result, options: chosen, left: left.map(({ key, why }) => ({ key, why })) });
    return 0;
  }
  process.stdout.write(
    [
      `${pipeline}: trains ${base.base}, with the reasons as comments`,
      exam === undefined
        ? 'no exam: the rows are too few'
        : `${exam}: the exam, ${plural(questions, 'row')} to ask and not to learn`,
      `hint: start it with \`npx temper run ${pipeline}${pull ? ' --pull' : ''}\``,
      '',
    ].join('\n'),
  );
  return 0;
}
