import { largestFitting, reliefFor } from '../../estimates/fit.ts';
import { workFacts } from '../../estimates/forecast.ts';
import { trainingLoad } from '../../estimates/kinds/training.ts';
import { shapeOf } from '../../estimates/model-shape.ts';
import { leastBytes, totalBytes, trainingMemory } from '../../estimates/training-memory.ts';
import { usualPace } from '../../estimates/training-time.ts';
import { numberIn } from '../../estimates/work.ts';
import { eachBase, type NamedBase } from '../bases/named-bases.ts';
import type { FindingProblem, Fits, Level } from '../finding.ts';
import type { Known } from '../known.ts';

type Found = FindingProblem & { level?: Level };

/** Bytes of one weight that a processor computes: fp32 unless the document says 16 bits. */
const bytesInMemory = (precision: unknown) => (precision === 'bf16' || precision === 'fp16' ? 2 : 4);

/**
 * Finds trainings that their device cannot hold. Where it is decided that the step runs, one whose weights alone do not fit is
 * refused; before that, and where only the estimate is too large, it is a warning.
 */
export const findUnfitTrainings = eachBase((named, known): Found[] => {
  const { machine, decided } = known;
  const has = machine.hasGpu ? machine.device : machine.memory;
  if (named.role !== 'trained' || has === undefined || decided?.get(named.step.id) === true) return [];
  const isCertain = decided?.get(named.step.id) === false;
  const { value: base } = named;
  const isDevice = machine.hasGpu === true;
  const { least, likely, fits } = needsOf(named, known, has);
  if (least > has) {
    const facts = { base, needs: least, has, isDevice, fits };
    return [{ code: 'BAD_OPTIONS', reason: 'beyond-memory', facts, ...(isCertain ? {} : { level: 'warning' }) }];
  }
  if (likely === undefined || likely <= has) return [];
  const facts = { base, needs: likely, has, isDevice, fits };
  return [{ code: 'BAD_OPTIONS', reason: 'hardly-in-memory', facts, level: 'warning' }];
});

/** `least`: the weights and the adapter. `likely`: the whole estimate, where the shape of the model is known. */
function needsOf(
  { facts, options, step }: NamedBase,
  known: Known,
  has: number,
): { least: number; likely?: number; fits: Fits } {
  const shape = shapeOf(facts);
  if (!shape) {
    const isPacked = options.load_in_4bit === true || options.load_in_8bit === true;
    return { least: isPacked ? 0 : facts.weights.numbers * bytesInMemory(options.precision), fits: {} };
  }
  const device = known.machine.hasGpu ? 'gpu' : 'cpu';
  const { rows } = workFacts(known, step, usualPace(device, known.machine.cores ?? 1));
  const load = trainingLoad(options, { device, ...(rows ? { rows } : {}) });
  const memory = trainingMemory(shape, load);
  const rowsPerStep = load.batch_size * numberIn(options.gradient_accumulation, 1);
  const relief = reliefFor(shape, load, { bytes: has, rowsPerStep });
  const billions = largestFitting(load, has);
  return {
    least: leastBytes(memory),
    likely: totalBytes(memory),
    fits: relief ? { set: relief.set, bytes: relief.bytes } : billions === undefined ? {} : { billions },
  };
}
