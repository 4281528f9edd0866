import { join } from 'node:path';
import type { ExamFacts } from '../../core/checks/known.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';
import { outputs } from '../../protocol/trainer/outputs.ts';
import { readRows } from './row-reader.ts';

/** An exam of 64 MB takes a few seconds. */
const timeoutMs = 60_000;

/**
 * Reads an exam with the reader that the evaluation uses, so that both say the same. Undefined where this machine cannot
 * read it: without a Python, or without the libraries that a table of columns needs. The step says it then.
 */
export const inspectExam = async (file: string): Promise<ExamFacts | undefined> =>
  await readRows('questions', timeoutMs, (folder) => ({ source: file, out: join(folder, 'questions.jsonl') }), factsOf);

/** What the reader says of the exam; undefined where it could not read it for a reason that is not in the exam. */
function factsOf(events: readonly TrainerEvent[]): ExamFacts | undefined {
  const last = events.at(-1);
  if (last?.event === 'done') {
    const read = outputs.questions.safeParse(last.outputs);
    return read.success ? { unanswered: read.data.unanswered } : undefined;
  }
  if (last?.event !== 'failed' || (last.code !== 'BAD_DATA' && last.code !== 'NOT_ROWS')) return undefined;
  const bad = events.flatMap((event) => (event.event === 'bad_row' ? [`${event.where}: ${event.reason}`] : []));
  return { refused: last.code, why: bad.length > 0 ? bad : [last.message.split('\n')[0] ?? ''] };
}
