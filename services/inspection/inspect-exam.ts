import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExamFacts } from '../../core/checks/known.ts';
import type { Part } from '../../core/metrics/metrics.ts';
import { lacking } from '../../core/metrics/question-parts.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';
import { badParts, readQuestionLines } from '../../protocol/trainer/question.ts';
import { readRows } from './row-reader.ts';

/** An exam of 64 MB takes a few seconds. */
const timeoutMs = 60_000;

/**
 * Reads an exam with the reader that the evaluation uses, so that both say the same. Undefined where this machine cannot
 * read it: without a Python, or without the libraries that a table of columns needs. The step says it then.
 */
export const inspectExam = async (file: string): Promise<ExamFacts | undefined> =>
  await readRows('questions', timeoutMs, (folder) => ({ source: file, out: outOf(folder) }), factsOf);

const outOf = (folder: string) => join(folder, 'questions.jsonl');

/** What the reader says of the exam; undefined where it could not read it for a reason that is not in the exam. */
async function factsOf(events: readonly TrainerEvent[], folder: string): Promise<ExamFacts | undefined> {
  const last = events.at(-1);
  if (last?.event === 'done') {
    const questions = readQuestionLines(await readFile(outOf(folder), 'utf8'));
    const bad = badParts(questions);
    if (bad.length > 0) return { refused: 'BAD_DATA', why: bad };
    const where = (part: Part) => lacking(questions, part).map(({ at }) => at);
    return { lacking: { reference: where('reference'), pattern: where('pattern'), number: where('number') } };
  }
  if (last?.event !== 'failed' || (last.code !== 'BAD_DATA' && last.code !== 'NOT_ROWS')) return undefined;
  const bad = events.flatMap((event) => (event.event === 'bad_row' ? [`${event.where}: ${event.reason}`] : []));
  return { refused: last.code, why: bad.length > 0 ? bad : [last.message.split('\n')[0] ?? ''] };
}
