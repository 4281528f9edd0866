import type { Finding } from '../finding.ts';
import { type Known, namedValues, placeOf } from '../known.ts';

/** Finds base models whose name would be looked up on the Hub, while a folder of that name lies beside the document. */
export function findFoldersAsHubNames(known: Known): Finding[] {
  return namedValues(known).flatMap(({ mark, value, step, path }): Finding[] => {
    if (mark !== 'base' || !known.foldersBeside.has(value)) return [];
    const place = placeOf(step, path);
    return [{ code: 'MODEL_NOT_FOUND', reason: 'folder-without-dot', facts: { base: value }, place }];
  });
}
