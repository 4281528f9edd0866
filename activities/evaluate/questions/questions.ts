import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { badParts, type Question, readQuestionLines } from '../../../protocol/trainer/question.ts';
import { runTrainer, type TrainerContext } from '../../process/run-trainer.ts';

export type { Question };

/** Reads the questions of an evaluation with the trainer's reader of rows, as `prepare` does. Throws BAD_DATA with the bad lines. */
export async function readQuestions(
  context: TrainerContext,
  file: string,
  as: 'questions' | 'general' = 'questions',
): Promise<Question[]> {
  const out = join(context.folder, `${as}.jsonl`);
  await runTrainer(context, 'questions', { source: file, out }).catch((error: unknown) => {
    throw error instanceof TemperError && error.code === 'BAD_DATA' ? replaceRemedy(error) : error;
  });
  const questions = readQuestionLines(await readFile(out, 'utf8'));
  const bad = badParts(questions);
  if (bad.length > 0)
    throw replaceRemedy(new TemperError('BAD_DATA', `questions that cannot be scored:\n${listFirstTen(bad)}`));
  return questions;
}

/** The usual remedy names `on_bad_row`, which only `prepare` has. */
const replaceRemedy = (error: TemperError) =>
  new TemperError('BAD_DATA', error.message, {
    remedy:
      'Correct the questions named in the message. Each is a row with a `prompt` and, for a score, a `reference`.',
  });

/** What a question of several turns asks at last. */
export const lastQuestion = ({ messages }: Pick<Question, 'messages'>): string => messages.at(-1)?.content ?? '';

export const listFirstTen = (lines: readonly string[]): string =>
  [
    ...lines.slice(0, 10).map((line) => `  ${line}`),
    ...(lines.length > 10 ? [`  … and ${lines.length - 10} more`] : []),
  ].join('\n');
