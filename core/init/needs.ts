import type { Capacity } from './facts.ts';

/** How the weights of the base are held during the training. */
export type Weights = 'fp32' | 'bf16' | '4-bit';

/** Bytes of a weight; 4 bits with the scales of their blocks, and some layers in 16 bits. */
const bytesOfWeight: Readonly<Record<Weights, number>> = { fp32: 4, bf16: 2, '4-bit': 0.65 };

/** Libraries, the CUDA context, the adapter and its optimizer. Bytes. */
const fixedBytes = 1.5e9;

/**
 * Bytes that one token of a forward pass takes. Most are its scores for each of about 150,000 words, in 16 and in 32 bits; a GPU
 * recomputes the activations of the layers, a processor keeps them.
 */
const bytesOfToken = { gpu: 2e6, processor: 6e6 };

/** Shares of the memory that a training may plan with: others use it too. */
const usable = { gpu: 0.9, processor: 0.7 };

/** Copies of a model on the disk while a run works, in 16 bits: base, merged, f16 GGUF, and what is quantized from it. */
const copies = 4;

/** Operations of a training for each weight and token: LoRA needs no gradients of the weights themselves. */
const operations = 4;

/** Operations of one processor core in a second, as measured on two cores in fp32. */
const speedOfProcessor = 15e9;

/** The most tokens that one forward pass may have, by memory; 0 or less where not even the weights fit. */
export function tokensThatFit(parameters: number, weights: Weights, capacity: Capacity): number {
  const isGpu = capacity.device === 'cuda';
  const memory = isGpu ? usable.gpu * (capacity.deviceMemory ?? 0) : usable.processor * capacity.memory;
  const spare = memory - parameters * bytesOfWeight[weights] - fixedBytes;
  return Math.floor(spare / (isGpu ? bytesOfToken.gpu : bytesOfToken.processor));
}

/** The ways in which the device can hold the weights, the best first. */
export const weightsOn = ({ device }: Capacity): readonly Weights[] =>
  device === 'cuda' ? ['bf16', '4-bit'] : device === 'mps' ? ['fp32'] : ['fp32', 'bf16'];

export const fitsDisk = (parameters: number, { disk }: Capacity): boolean =>
  disk === undefined || copies * 2 * parameters <= disk;

/** Seconds of a training on processors; undefined on a GPU, where the data is read in minutes. */
export const secondsOnProcessor = (parameters: number, tokens: number, capacity: Capacity): number | undefined =>
  capacity.device === 'cuda'
    ? undefined
    : Math.round((operations * parameters * tokens) / (capacity.processors * speedOfProcessor));

/** Parameters that rank 1 adds on all linear layers, as counted for Qwen2.5 and SmolLM2; about a third off for others. */
export const parametersOfRank = (parameters: number): number => 0.55e6 * (parameters / 0.5e9) ** 0.57;
