import { type ModelShape, usualShape } from './model-shape.ts';
import { type TrainingLoad, totalBytes, trainingMemory } from './training-memory.ts';

/** A change of a training's options that makes it smaller. */
export interface Relief {
  /** Options as a document has them, by dotted path. */
  set: Readonly<Record<string, string | number | boolean>>;
  /** Bytes that the training then takes. */
  bytes: number;
}

type Change = { set: Relief['set']; load: Partial<TrainingLoad> };

/** The changes that cost a training least come first; each is tried with those before it. */
function changesOf(load: TrainingLoad, rowsPerStep: number): Change[] {
  const steps: (Change | false)[] = [
    !load.recomputes && { set: { gradient_checkpointing: true }, load: { recomputes: true } },
    load.precision === 'fp32' &&
      load.bits === 16 && { set: { precision: 'bf16' }, load: { precision: 'bf16' as const } },
    load.batch_size > 1 && {
      set: { batch_size: 1, gradient_accumulation: rowsPerStep },
      load: { batch_size: 1 },
    },
    load.device === 'gpu' && load.bits > 8 && { set: { load_in_8bit: true }, load: { bits: 8 as const } },
    load.device === 'gpu' && load.bits > 4 && { set: { load_in_4bit: true }, load: { bits: 4 as const } },
  ];
  return steps.filter((each) => each !== false);
}

/** Finds the least change of options by which a training fits into this many bytes; undefined where none does. */
export function reliefFor(
  shape: ModelShape,
  load: TrainingLoad,
  { bytes: limit, rowsPerStep }: { bytes: number; rowsPerStep: number },
): Relief | undefined {
  const changes = changesOf(load, rowsPerStep);
  const sets = [...changes.map((change) => [change]), ...changes.map((_, index) => changes.slice(0, index + 1))];
  for (const tried of sets) {
    const changed = Object.assign({}, load, ...tried.map((change) => change.load)) as TrainingLoad;
    const bytes = totalBytes(trainingMemory(shape, changed));
    if (bytes <= limit) return { set: asWritten(tried), bytes };
  }
  return undefined;
}

/** Eight and four bits exclude each other. */
function asWritten(changes: readonly Change[]): Relief['set'] {
  const set = Object.assign({}, ...changes.map((change) => change.set)) as Record<string, string | number | boolean>;
  if (set.load_in_4bit) delete set.load_in_8bit;
  return set;
}

/** Sizes of base models that people find, in billions of parameters. */
const usualSizes = [0.135, 0.36, 0.5, 1, 1.5, 3, 4, 7, 8, 14, 32, 70];

/** The largest usual size of a base model, in billions of parameters, that this training could be done with. */
export function largestFitting(load: TrainingLoad, limit: number): number | undefined {
  return usualSizes.findLast((size) => totalBytes(trainingMemory(usualShape(size * 1e9), load)) <= limit);
}
