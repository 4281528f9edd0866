import { definitionOf } from '../../kinds/registry.ts';
import { eachBase } from '../bases/named-bases.ts';
import type { FindingProblem, Level } from '../finding.ts';
import { ancestorsOf } from '../known.ts';

/** Bytes of one weight: computed on a processor (fp32 unless the document says 16 bits), and on disk. */
const bytesInMemory = (precision: unknown) => (precision === 'bf16' || precision === 'fp16' ? 2 : 4);
const bytesOnDisk = 2;

/** Finds base models whose weights alone are larger than this machine's memory, or whose copies are larger than its free disk. */
export const findTooLargeBases = eachBase(({ facts, options, role, value: base, step }, known) => {
  const { numbers } = facts.weights;
  const { memory, free } = known.machine;
  if (role !== 'trained' || numbers === 0) return [];
  const found: (FindingProblem & { level: Level })[] = [];
  const needs = numbers * bytesInMemory(options.precision);
  const isSmaller = options.load_in_4bit === true || options.load_in_8bit === true;
  if (memory !== undefined && needs > memory && !isSmaller)
    found.push({ code: 'BAD_OPTIONS', reason: 'beyond-memory', facts: { base, needs, has: memory }, level: 'warning' });
  const copies = known.steps
    .filter((each) => definitionOf(each.uses)?.copiesModel && ancestorsOf(known, each).includes(step))
    .map(({ id }) => id);
  const written = copies.length * numbers * bytesOnDisk;
  if (free !== undefined && written > free)
    found.push({
      code: 'BAD_OPTIONS',
      reason: 'beyond-disk',
      facts: { base, needs: written, free, copies },
      level: 'warning',
    });
  return found;
});
