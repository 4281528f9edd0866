import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import type { Choices } from '../../../core/init/choose.ts';
import type { Capacity } from '../../../core/init/facts.ts';
import { pipelineText } from '../../../core/init/pipeline.ts';
import { capacityWords, rowsWords } from '../../../core/words/init.ts';
import type { Survey } from '../../../services/inspection/survey-rows.ts';
import { packageFile } from '../../../services/machine/package-root.ts';
import { UserError } from '../../user-error.ts';

/** The files of a name, in the current folder. */
export const filesOf = (name: string) => ({ pipeline: `${name}.yaml`, exam: `${name}.exam.jsonl` });

/** Throws a UserError if a file is there already. */
export function refuseExisting(files: readonly string[], force = false): void {
  const there = force ? [] : files.filter((file) => existsSync(file));
  if (there.length > 0)
    throw new UserError(
      `${there.join(' and ')} ${there.length > 1 ? 'are' : 'is'} there already; nothing was written`,
      {
        hint: 'replace with `--force`; for rows of yours, `--name` chooses other names',
      },
    );
}

/** Writes the pipeline and its exam. */
export async function writePipeline(
  choices: Choices,
  {
    name,
    rows,
    survey,
    capacity,
    notes,
  }: { name: string; rows: string; survey: Survey; capacity: Capacity; notes: readonly string[] },
): Promise<void> {
  const files = filesOf(name);
  const { questions } = choices.exam;
  if (questions > 0) await writeFile(files.exam, `${survey.candidates.slice(0, questions).join('\n')}\n`);
  const text = pipelineText(choices, {
    name,
    schema: fromHere(packageFile('pipeline.schema.json')),
    source: fromHere(rows),
    ...(questions > 0 ? { exam: `./${files.exam}` } : {}),
    head: [
      `Written by \`temper init\` for ${basename(rows)}. Every value may be changed; the comments say why it was chosen.`,
      rowsWords(basename(rows), survey.facts, survey.facts.shape),
      capacityWords(capacity),
      ...notes,
    ],
  });
  await writeFile(files.pipeline, text);
}

/** A path relative to the current folder, unless it lies far from it. */
export function fromHere(path: string): string {
  const near = relative(process.cwd(), resolve(path));
  if (near.startsWith('../..')) return resolve(path);
  return near.startsWith('..') ? near : `./${dirname(near) === '.' ? basename(near) : near}`;
}
