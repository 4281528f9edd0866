import { isSameModelName } from '../../model-name.ts';
import type { Finding } from '../finding.ts';
import { type Known, type NamedValue, namedValues, placeOf } from '../known.ts';

/**
 * Finds imports that would take a name which the gate guards: the served one, or one that the evaluation compares with.
 * Also finds two imports of one name, of which only the last would be left.
 */
export function findServedImports(known: Known): Finding[] {
  const named = namedValues(known);
  const imports = named.filter(({ mark, role }) => mark === 'creates' && role !== 'serving');
  return imports.flatMap((own, index) => {
    const other = named.find(
      (each) => (each.role === 'serving' || each.role === 'rival') && isSameModelName(each.value, own.value),
    );
    if (other) return [finding(own, 'imports-served-name', other)];
    const twin = imports.slice(0, index).find((each) => isSameModelName(each.value, own.value));
    // Of two steps with conditions only one may run.
    return twin && own.step.if === undefined && twin.step.if === undefined
      ? [finding(own, 'imported-twice', twin)]
      : [];
  });
}

function finding(own: NamedValue, reason: 'imports-served-name' | 'imported-twice', other: NamedValue): Finding {
  const place = placeOf(own.step, own.path);
  const facts = { name: own.value, step: other.step.id };
  return reason === 'imported-twice'
    ? { code: 'BAD_VALUE', reason, facts, place }
    : { code: 'BAD_VALUE', reason, facts: { ...facts, option: other.path.join('.') }, place };
}
