import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf, textOption } from '../known.ts';

/** Finds exams with too few questions for a model ever to be proven better. */
export function findSmallExams(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const { exam } = definitionOf(step.uses) ?? {};
    const file = textOption(step, exam?.option ?? '') ?? '';
    const questions = known.files.get(file)?.lines?.length;
    const least = exam?.leastUnequal(optionsOf(step));
    if (!exam || !questions || least === undefined || questions >= least) return [];
    const facts = { file, questions, least };
    return [{ code: 'BAD_VALUE', reason: 'small-exam', facts, place: placeOf(step, [exam.option]), level: 'warning' }];
  });
}
