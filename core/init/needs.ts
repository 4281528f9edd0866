import { adapterParameters } from '../estimates/adapter.ts';
import type { Loading } from '../estimates/model-bytes.ts';
import { usualShape } from '../estimates/model-shape.ts';
import { totalBytes, trainingMemory } from '../estimates/training-memory.ts';
import { trainingOperations, usualPace } from '../estimates/training-time.ts';
import type { Capacity } from './facts.ts';

/** How the weights of the base are held during the training. */
export type Weights = 'fp32' | 'bf16' | '4-bit';

const loadings: Readonly<Record<Weights, Loading>> = {
  fp32: { precision: 'fp32', bits: 16 },
  bf16: { precision: 'bf16', bits: 16 },
  '4-bit': { precision: 'bf16', bits: 4 },
};

/** Shares of the memory that a training may plan with: others use it too. */
const usable = { gpu: 0.9, cpu: 0.7 };

/** Copies of a model on the disk while a run works, in 16 bits: base, merged, f16 GGUF, and what is quantized from it. */
const copies = 4;

/** The adapter that is planned with; a higher rank changes the memory by little. */
const adapter = { r: 16, target_modules: 'all-linear', dropout: 0.05 } as const;

/** The ways in which the device can hold the weights, the best first. */
export const weightsOn = ({ device }: Capacity): readonly Weights[] =>
  device === 'cuda' ? ['bf16', '4-bit'] : device === 'mps' ? ['fp32'] : ['fp32', 'bf16'];

/** The most tokens that one forward pass may have, by memory (docs/estimates.md); 0 or less where not even the weights fit. */
export function tokensThatFit(parameters: number, weights: Weights, capacity: Capacity): number {
  const device = capacity.device === 'cuda' ? 'gpu' : 'cpu';
  const memory = device === 'gpu' ? (capacity.deviceMemory ?? 0) : capacity.memory;
  const bytesOf = (tokens: number) =>
    totalBytes(
      trainingMemory(usualShape(parameters), {
        ...loadings[weights],
        batch_size: 1,
        tokens,
        recomputes: device === 'gpu',
        lora: adapter,
        device,
      }),
    );
  // Beyond a chunk of the loss every token takes the same.
  const [from, to] = [256, 512];
  const perToken = (bytesOf(to) - bytesOf(from)) / (to - from);
  return Math.floor(from + (usable[device] * memory - bytesOf(from)) / perToken);
}

export const fitsDisk = (parameters: number, { disk }: Capacity): boolean =>
  disk === undefined || copies * 2 * parameters <= disk;

/** Seconds of a training on processors; undefined on a GPU, where the data is read in minutes. */
export function secondsOnProcessor(parameters: number, tokens: number, capacity: Capacity): number | undefined {
  if (capacity.device === 'cuda') return undefined;
  const work = { steps: 1, rowsPerStep: 1, tokensPerRow: tokens, recomputes: false, evaluations: 0, heldOut: 0 };
  const { operations } = usualPace('cpu', capacity.processors);
  return Math.round(trainingOperations(usualShape(parameters), work) / operations);
}

/** Parameters that each rank adds on all linear layers. */
export const parametersOfRank = (parameters: number): number =>
  adapterParameters(usualShape(parameters), { ...adapter, r: 1 });
