import type { Finding } from '../finding.ts';
import { type Known, namedValues, placeOf } from '../known.ts';

/** Finds files that the document names and nobody has. They may still come before a schedule fires. */
export function findAbsentFiles(known: Known): Finding[] {
  return namedValues(known).flatMap(({ mark, value, step, path, mayBeAbsent }): Finding[] => {
    if (mark !== 'path' || mayBeAbsent || known.files.get(value)?.kind !== 'absent') return [];
    const place = placeOf(step, path);
    return [{ code: 'FILE_NOT_FOUND', reason: 'no-such-file', facts: { path: value }, place, level: 'not-yet' }];
  });
}
