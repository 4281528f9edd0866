import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, placeOf, textOption } from '../known.ts';
import { rowSourcesOf } from '../row-sources.ts';

/**
 * Finds exams whose questions are the rows of the training: the very file, or lines of it. Rows that are read without those of
 * the exam are no mistake.
 */
export function findTrainingRows(known: Known): Finding[] {
  const read = known.steps.flatMap((step) => {
    const { exceptOption } = definitionOf(step.uses) ?? {};
    return rowSourcesOf(step).map(({ source }) => ({ source, except: textOption(step, exceptOption ?? '') }));
  });
  return known.steps.flatMap((step) => {
    const option = definitionOf(step.uses)?.exam?.option;
    const exam = option === undefined ? undefined : textOption(step, option);
    const lines = known.files.get(exam ?? '')?.lines;
    if (exam === undefined || option === undefined || !lines?.length) return [];
    const rows = new Set(read.filter(({ except }) => except !== exam).map(({ source }) => source));
    return [...rows].flatMap((source): Finding[] => {
      const trained = new Set(known.files.get(source)?.lines);
      const shared = lines.filter((line) => trained.has(line)).length;
      if (shared === 0) return [];
      const facts = { exam, source, shared, questions: lines.length };
      // Those that are held out of the training are no mistake.
      const level = shared < lines.length ? { level: 'warning' as const } : {};
      return [
        { code: 'TRAINING_ROWS_IN_QUESTIONS', reason: 'exam-in-rows', facts, place: placeOf(step, [option]), ...level },
      ];
    });
  });
}
