import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { maxQuestions } from '../../core/init/exam.ts';
import { type Outputs, outputs } from '../../protocol/trainer/outputs.ts';
import { readRows } from './row-reader.ts';

/** A file of a gigabyte takes about ten minutes. */
const timeoutMs = 30 * 60_000;

export interface Survey {
  facts: Outputs<'survey'>;
  /** Rows that an exam may ask, as lines of a file of questions, the best first. */
  candidates: string[];
}

/**
 * Says what a file of rows holds. Throws BAD_DATA, NOT_ROWS or FILE_NOT_FOUND with the reader's words where it cannot be
 * trained on, and TOOL_MISSING without Python.
 */
export async function surveyRows(file: string): Promise<Survey> {
  const survey = await readRows(
    'survey',
    timeoutMs,
    (folder) => ({ source: file, candidates: join(folder, 'candidates.jsonl'), max_candidates: maxQuestions }),
    async (events, folder) => {
      const last = events.at(-1);
      if (last?.event === 'failed') throw new TemperError(last.code, last.message, remedyOf(last));
      if (last?.event !== 'done')
        throw new TemperError('UNKNOWN', `the reader of rows ended without a word about ${file}`);
      const text = await readFile(join(folder, 'candidates.jsonl'), 'utf8');
      return { facts: outputs.survey.parse(last.outputs), candidates: text.split('\n').filter(Boolean) };
    },
  );
  if (survey) return survey;
  throw new TemperError('TOOL_MISSING', 'rows are read with Python, and there is none on PATH', {
    remedy: 'Install Python 3.10 or newer, or name one in TEMPER_PYTHON.',
  });
}

/** What to do here, where there is no document yet. */
function remedyOf({ code }: { code: string }): { remedy?: string } {
  if (code === 'FILE_NOT_FOUND') return { remedy: 'Name the file of rows as it is seen from this folder.' };
  return code === 'BAD_DATA' ? { remedy: 'Correct the file: docs/rows.md shows every form of rows.' } : {};
}
