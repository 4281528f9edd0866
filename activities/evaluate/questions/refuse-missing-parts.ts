import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Part } from '../../../core/metrics/metrics.ts';
import { lacking } from '../../../core/metrics/question-parts.ts';
import { partWords } from '../../../core/words/metrics.ts';
import { plural } from '../../../core/words/plural.ts';
import { lastQuestion, listFirstTen, type Question } from './questions.ts';

/** Throws NO_REFERENCE if a question lacks what a score needs, such as an answer to compare with. */
export function refuseMissingParts(questions: readonly Question[], needed: readonly Part[]): void {
  for (const part of needed) {
    const found = lacking(questions, part);
    if (found.length === 0) continue;
    const lines = found.map((question) => `${question.at}: ${JSON.stringify(lastQuestion(question).slice(0, 120))}`);
    throw new TemperError(
      'NO_REFERENCE',
      `${found.length} of ${plural(questions.length, 'question')} without a ${partWords[part]}:\n${listFirstTen(lines)}`,
    );
  }
}
