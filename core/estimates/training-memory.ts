import { type AdapterOptions, adaptedMatrices, adapterParameters } from './adapter.ts';
import { bytesOfNumber, type Loading, loadedBytes } from './model-bytes.ts';
import type { ModelShape } from './model-shape.ts';

/** What of a training decides its memory. */
export interface TrainingLoad extends Loading {
  batch_size: number;
  /** Tokens of the longest row, at most `max_length`. */
  tokens: number;
  /** Activations are recomputed instead of kept. */
  recomputes: boolean;
  lora: AdapterOptions;
  device: 'cpu' | 'gpu';
}

/** Bytes by what they are for. */
export interface TrainingMemory {
  weights: number;
  /** Adapter, gradients and the optimizer's two moments. */
  adapter: number;
  activations: number;
  /** Logits of one chunk of tokens, their probabilities and gradients. */
  loss: number;
  /** Python and its libraries, or the context of the device. */
  program: number;
}

/** Tokens whose logits the loss holds at once (TRL's `chunked_nll`). */
const lossChunk = 256;
/** On a CPU as two whole trainings measured it; with transformers and peft alone it is 0.94 GB. */
const bytesOfProgram = { cpu: 1_200_000_000, gpu: 900_000_000 };
/** Numbers of 4 bytes for each trained parameter: weight, gradient and two moments. */
const numbersOfTrained = 4;

/** Estimates the memory of a training on its device; docs/estimates.md derives each part. */
export function trainingMemory(shape: ModelShape, load: TrainingLoad): TrainingMemory {
  const size = bytesOfNumber(load.precision);
  const perLayer = activationBytes(shape, load);
  const kept = load.recomputes ? shape.layers * shape.hidden * size + perLayer : shape.layers * perLayer;
  return {
    weights: loadedBytes(shape, load),
    adapter: 4 * numbersOfTrained * adapterParameters(shape, load.lora),
    activations: load.batch_size * load.tokens * kept,
    loss: Math.min(lossChunk, load.batch_size * load.tokens) * shape.vocabulary * (size + 8),
    program: bytesOfProgram[load.device],
  };
}

export const totalBytes = (memory: TrainingMemory): number =>
  Object.values(memory).reduce((sum: number, bytes: number) => sum + bytes, 0);

/** Bytes that no option but the base model and its loading makes smaller: without them a training cannot even begin. */
export const leastBytes = ({ weights, adapter }: TrainingMemory): number => weights + adapter;

/**
 * Bytes that one layer keeps of one token until the backward pass: two norms (computed in 4 bytes), the queries, the
 * repeated keys and values and the result of the attention, and four of the feed-forward part. The adapter reads its input
 * in 4 bytes, and a dropout keeps a mask.
 */
function activationBytes(shape: ModelShape, { precision, lora }: TrainingLoad): number {
  const size = bytesOfNumber(precision);
  const { hidden, inner, queries } = shape;
  const read = adaptedMatrices(shape, lora).reduce((sum, [reads]) => sum + reads, 0);
  const copies = (size === 4 ? 0 : 4) + (lora.dropout > 0 ? 5 : 0);
  return 8 * hidden + size * (2 * hidden + 4 * queries + 4 * inner) + copies * read;
}
