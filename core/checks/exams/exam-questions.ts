import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf, textOption } from '../known.ts';

/** Finds exams that an evaluation could not read, and those with questions that lack what their score needs. */
export function findBadExams(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const { exam } = definitionOf(step.uses) ?? {};
    if (!exam) return [];
    const file = textOption(step, exam.option) ?? '';
    const facts = known.files.get(file)?.exam;
    if (!facts) return [];
    const place = placeOf(step, [exam.option]);
    if ('refused' in facts)
      return [{ code: facts.refused, reason: 'bad-exam', facts: { file, why: facts.why }, place }];
    return exam.needs(optionsOf(step)).flatMap((part): Finding[] => {
      const where = facts.lacking[part];
      return where.length === 0
        ? []
        : [{ code: 'NO_REFERENCE', reason: 'no-reference', facts: { file, part, where }, place }];
    });
  });
}
