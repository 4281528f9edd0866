import { definitionOf } from '../../kinds/registry.ts';
import { eachBase } from '../bases/named-bases.ts';
import type { FindingProblem, Level } from '../finding.ts';
import { ancestorsOf } from '../known.ts';

/** Bytes of one weight on disk. */
const bytesOnDisk = 2;

/** Finds base models whose copies, by the steps that write them anew, are larger than the free disk. Steps that are reused write nothing. */
export const findUnfitCopies = eachBase(({ facts, role, value: base, step }, known) => {
  const { numbers } = facts.weights;
  const { free } = known.machine;
  if (role !== 'trained' || numbers === 0 || free === undefined) return [];
  const copies = known.steps
    .filter((each) => definitionOf(each.uses)?.copiesModel && ancestorsOf(known, each).includes(step))
    .map(({ id }) => id)
    .filter((id) => known.decided?.get(id) !== true);
  const written = copies.length * numbers * bytesOnDisk;
  if (written <= free) return [];
  const told = { base, needs: written, free, copies };
  const found: FindingProblem & { level?: Level } = { code: 'BAD_OPTIONS', reason: 'beyond-disk', facts: told };
  // What is sure is one copy of a model that is trained anew: a conversion may do with less, or be reused.
  const isCertain = known.decided?.get(step.id) === false && numbers * bytesOnDisk > free;
  return [isCertain ? found : { ...found, level: 'warning' as const }];
});
