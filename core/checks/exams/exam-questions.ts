import { definitionOf } from '../../kinds/registry.ts';
import type { Part } from '../../metrics/metrics.ts';
import type { Finding } from '../finding.ts';
import { type Known, type KnownStep, optionsOf, placeOf, textOption } from '../known.ts';

/** Finds exams that an evaluation could not read, and those with questions that lack what their score needs. */
export function findBadExams(known: Known): Finding[] {
  return known.steps.flatMap((step) => {
    const { exam, furtherQuestions } = definitionOf(step.uses) ?? {};
    return [
      ...(exam ? badExam(known, step, exam.option, exam.needs(optionsOf(step))) : []),
      ...(furtherQuestions === undefined ? [] : badExam(known, step, furtherQuestions, ['reference'])),
    ];
  });
}

function badExam(known: Known, step: KnownStep, option: string, needs: readonly Part[]): Finding[] {
  const file = textOption(step, option) ?? '';
  const facts = known.files.get(file)?.exam;
  if (!facts) return [];
  const place = placeOf(step, [option]);
  if ('refused' in facts) return [{ code: facts.refused, reason: 'bad-exam', facts: { file, why: facts.why }, place }];
  return needs.flatMap((part): Finding[] => {
    const where = facts.lacking[part];
    return where.length === 0
      ? []
      : [{ code: 'NO_REFERENCE', reason: 'no-reference', facts: { file, part, where }, place }];
  });
}
