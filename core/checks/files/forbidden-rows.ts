import { hubRowsAt } from '../../kinds/options/hub-rows.ts';
import type { Finding } from '../finding.ts';
import { type Known, namedValues, placeOf } from '../known.ts';

/** Finds datasets of the Hub that are not on this disk, while a variable forbids to fetch them. */
export function findForbiddenRows(known: Known): Finding[] {
  return namedValues(known).flatMap(({ mark, value, step, path }): Finding[] => {
    if (mark !== 'hub-rows') return [];
    const variable = known.forbiddenRows?.get(hubRowsAt(step.with, path).id);
    if (variable === undefined) return [];
    const place = placeOf(step, path);
    return [
      { code: 'HUB_FORBIDDEN', reason: 'rows-not-cached', facts: { source: value, variable }, place, level: 'not-yet' },
    ];
  });
}
