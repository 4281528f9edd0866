import { markedValues } from '../../kinds/options/option-marks.ts';
import { isSameModelName } from '../../model-name.ts';
import type { Finding } from '../finding.ts';
import { type Known, placeOf } from '../known.ts';

/** Finds evaluations that compare a model with itself, by its name or by the output that names it. */
export function findSelfComparisons(known: Known): Finding[] {
  return known.steps.flatMap((step) => {
    const models = markedValues(step.uses, step.with);
    const judged = models.find(({ role }) => role === 'judged');
    const others = models.filter(({ role }) => role === 'rival' || role === 'serving');
    return others.flatMap((other): Finding[] => {
      if (!judged || !isSameModelName(judged.value.trim(), other.value.trim())) return [];
      const facts = { other: judged.path.join('.') };
      return [
        {
          code: 'BAD_VALUE',
          reason: 'compares-with-itself',
          facts,
          place: placeOf(step, other.path),
          level: 'warning',
        },
      ];
    });
  });
}
