import { isRecord } from '../../json.ts';
import { type AdapterOptions, adapterParameters, checkpointBytes, checkpointsOnDisk } from '../adapter.ts';
import type { Loading } from '../model-bytes.ts';
import { workingParameters } from '../model-shape.ts';
import { type TrainingLoad, totalBytes, trainingMemory } from '../training-memory.ts';
import { optimizerSteps, type TrainingWork, trainingOperations } from '../training-time.ts';
import { type NeedsOf, numberIn, type PaceOf, type WorkFacts } from '../work.ts';

type Options = Parameters<NeedsOf>[0];

/** Seconds until the libraries are loaded, and for each gigabyte of weights. */
const [start, perGigabyte] = [12, 3];
/** Seconds of one saved checkpoint, however small. */
const perSave = 0.3;

/** How a training loads its device, as its options say. */
export function trainingLoad(options: Options, { device, rows }: Pick<WorkFacts, 'device' | 'rows'>): TrainingLoad {
  const { precision, load_in_4bit, load_in_8bit, gradient_checkpointing: recomputes } = options;
  const bits: Loading['bits'] = load_in_4bit === true ? 4 : load_in_8bit === true ? 8 : 16;
  const maxLength = numberIn(options.max_length, 1024);
  const isPacked = options.packing === true;
  return {
    precision: precision === 'bf16' || precision === 'fp16' || precision === 'fp32' ? precision : byDevice[device],
    bits,
    batch_size: numberIn(options.batch_size, 2),
    tokens: isPacked ? maxLength : Math.min(maxLength, rows?.longest ?? maxLength),
    recomputes: recomputes === true || (recomputes !== false && device === 'gpu'),
    lora: adapterOptions(options),
    device,
  };
}

const byDevice = { cpu: 'fp32', gpu: 'bf16' } as const;

export function adapterOptions({ lora }: Options): AdapterOptions {
  const { r, dropout, target_modules } = isRecord(lora) ? lora : {};
  const names = Array.isArray(target_modules) ? target_modules.filter((name) => typeof name === 'string') : undefined;
  return { r: numberIn(r, 8), dropout: numberIn(dropout, 0), target_modules: names ?? 'all-linear' };
}

/** How much a training computes. Undefined where neither its rows nor its steps are known. */
export function trainingWork(
  options: Options,
  { rows, heldOut, device }: Pick<WorkFacts, 'rows' | 'heldOut' | 'device'>,
): TrainingWork | undefined {
  if (!rows) return undefined;
  const { checkpoint, eval: evaluation } = options;
  const rowsPerStep = numberIn(options.batch_size, 2) * numberIn(options.gradient_accumulation, 1);
  const maxSteps = numberIn(options.max_steps, undefined);
  const learned = Math.max(1, Math.round(rows.rows * (1 - heldOut)));
  const epochs = numberIn(options.epochs, 3);
  const steps = optimizerSteps({
    rows: learned,
    rowsPerStep,
    epochs,
    ...(maxSteps === undefined ? {} : { maxSteps }),
  });
  const saves = numberIn(isRecord(checkpoint) ? checkpoint.every_steps : undefined, 100);
  const every = numberIn(isRecord(evaluation) ? evaluation.every_steps : undefined, saves);
  return {
    steps,
    rowsPerStep,
    tokensPerRow: Math.min(rows.tokens, numberIn(options.max_length, 1024)),
    recomputes: trainingLoad(options, { device, rows }).recomputes,
    evaluations: Math.ceil(steps / every),
    heldOut: rows.rows - learned,
  };
}

/** A training loads the base once, computes, and saves; its checkpoints are kept twice, in its work folder and in the store. */
export const trainNeeds: NeedsOf = (options, facts) => {
  const { shape, device, pace, isBaseMade } = facts;
  if (!shape) return {};
  const load = trainingLoad(options, facts);
  const memory = totalBytes(trainingMemory(shape, load));
  const work = trainingWork(options, facts);
  const { checkpoint } = options;
  const { keep, every_steps } = isRecord(checkpoint) ? checkpoint : {};
  const copies = checkpointsOnDisk(numberIn(keep, 2));
  const saved = work ? Math.ceil(work.steps / numberIn(every_steps, 100)) : Number.POSITIVE_INFINITY;
  const kept = Math.min(copies.work, saved) + Math.min(copies.store, saved);
  const weights = 2 * shape.parameters;
  return {
    ...(work === undefined
      ? {}
      : {
          seconds:
            start + (weights / 1e9) * perGigabyte + trainingOperations(shape, work) / pace.operations + saved * perSave,
        }),
    disk: kept * checkpointBytes(adapterParameters(shape, load.lora)) + (isBaseMade ? weights : 0),
    ...(device === 'gpu' ? { device: memory, memory: 2e9 } : { memory }),
  };
};

/** By the tokens that it learned and the seconds of its loop. */
export const trainingPace: PaceOf = (options, { shape, device }, { tokens = 0, seconds = 0 }) => {
  if (!shape || tokens === 0 || seconds === 0) return undefined;
  const { recomputes } = trainingLoad(options, { device });
  return (tokens * workingParameters(shape) * (recomputes ? 6 : 4)) / seconds;
};

/** A checkpoint is read and its adapter written. */
export const checkpointNeeds: NeedsOf = (_options, { shape }) => ({
  seconds: 2,
  ...(shape ? { memory: 100_000_000 } : {}),
});
