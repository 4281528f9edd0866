import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf, textOption } from '../known.ts';

/** Finds exams with questions that have no reference answer, without which there is no score. */
export function findUnansweredQuestions(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const { exam } = definitionOf(step.uses) ?? {};
    if (!exam?.needsReferences(optionsOf(step))) return [];
    const file = textOption(step, exam.option) ?? '';
    const lines = known.files.get(file)?.unanswered ?? [];
    if (lines.length === 0) return [];
    const place = placeOf(step, [exam.option]);
    return [{ code: 'NO_REFERENCE', reason: 'no-reference', facts: { file, lines }, place }];
  });
}
