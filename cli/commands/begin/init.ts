import { plural } from '../../../core/words/plural.ts';
import { UserError } from '../../user-error.ts';
import type { BeginOptions } from './begin-options.ts';

/** Writes a pipeline and an exam for a file of rows, or the example. */
export async function init(rows: string | undefined, options: BeginOptions): Promise<number> {
  if (rows === undefined && options.from === undefined) {
    if (options.base !== undefined || options.name !== undefined)
      throw new UserError('`--base` and `--name` are for rows of yours', {
        hint: 'name their file: `npx temper init rows.jsonl`; without one an example is written',
      });
    const { writeExample } = await import('./example.ts');
    return await writeExample(options.force);
  }
  const { preparePipeline } = await import('./prepare-pipeline.ts');
  const { pipeline, choices } = await preparePipeline(rows, options);
  const { base, exam } = choices;
  process.stdout.write(
    [
      `${pipeline}: trains ${base.base}, with the reasons as comments`,
      ...(exam.questions > 0
        ? [
            `${pipeline.replace(/\.yaml$/, '.exam.jsonl')}: the exam, ${plural(exam.questions, 'row')} to ask and not to learn`,
          ]
        : ['no exam: the rows are too few']),
      `hint: start it with \`npx temper run ${pipeline}${base.rival !== undefined && !base.present ? ' --pull' : ''}\``,
      '',
    ].join('\n'),
  );
  return 0;
}
