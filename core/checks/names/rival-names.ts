import { isSameModelName } from '../../model-name.ts';
import type { Finding } from '../finding.ts';
import { type Known, namedValues, placeOf } from '../known.ts';

/** Finds serving names that are also what a model is compared with: from the second run on, that would be the last tuned model. */
export function findRivalNames(known: Known): Finding[] {
  const named = namedValues(known);
  const rivals = named.filter(({ role }) => role === 'rival');
  return named.flatMap(({ mark, role, value, path, step }): Finding[] => {
    const other = mark === 'creates' && role === 'serving' && rivals.find((each) => isSameModelName(each.value, value));
    if (!other) return [];
    const facts = { name: value, step: other.step.id, option: other.path.join('.') };
    const place = placeOf(step, path);
    return [{ code: 'BAD_VALUE', reason: 'serves-rival', facts, place, level: 'warning' }];
  });
}
