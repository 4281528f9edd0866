import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { question } from '../../protocol/trainer/question.ts';
import type { Message } from '../../services/ollama/messages.ts';
import { runTrainer, type TrainerContext } from '../process/run-trainer.ts';

export interface Question {
  /** Where it stands, as `file:line`. */
  at: string;
  messages: readonly Message[];
  reference?: string;
}

/** Reads the questions of an evaluation: the trainer reads them as it reads the rows of `prepare`. */
export async function readQuestions(context: TrainerContext, file: string): Promise<Question[]> {
  const out = join(context.folder, 'questions.jsonl');
  await runTrainer(context, 'questions', { source: file, out }).catch((error: unknown) => {
    throw error instanceof TemperError && error.code === 'BAD_DATA' ? withRemedy(error) : error;
  });
  const lines = (await readFile(out, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => {
    const { reference, ...asked } = question.parse(JSON.parse(line));
    return reference === null ? asked : { ...asked, reference };
  });
}

/** `on_bad_row`, which the catalogue advises, is an option of `prepare`. */
const withRemedy = (error: TemperError) =>
  new TemperError('BAD_DATA', error.message, {
    remedy:
      'Correct the questions named in the message. Each is a row with a `prompt` and, for a score, a `reference`.',
  });

export const several = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const firstTen = (lines: readonly string[]): string =>
  [
    ...lines.slice(0, 10).map((line) => `  ${line}`),
    ...(lines.length > 10 ? [`  … and ${lines.length - 10} more`] : []),
  ].join('\n');
