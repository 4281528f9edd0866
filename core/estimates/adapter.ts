import type { ModelShape } from './model-shape.ts';

/** The options of an adapter that decide its size. */
export interface AdapterOptions {
  r: number;
  target_modules: 'all-linear' | readonly string[];
  dropout: number;
}

/** Width of what a layer's matrix reads, and of what it writes. */
export type Matrix = readonly [reads: number, writes: number];

/** The matrices of one layer that get an adapter. A name of another family counts as a square one. */
export function adaptedMatrices(shape: ModelShape, { target_modules }: AdapterOptions): Matrix[] {
  const { hidden, inner, queries, keys } = shape;
  const matrices: Readonly<Record<string, Matrix>> = {
    q_proj: [hidden, queries],
    k_proj: [hidden, keys],
    v_proj: [hidden, keys],
    o_proj: [queries, hidden],
    gate_proj: [hidden, inner],
    up_proj: [hidden, inner],
    down_proj: [inner, hidden],
  };
  if (target_modules === 'all-linear') return Object.values(matrices);
  return target_modules.map((name) => matrices[name] ?? [hidden, hidden]);
}

/** Number of trained parameters: two matrices of rank r beside each adapted one. */
export const adapterParameters = (shape: ModelShape, adapter: AdapterOptions): number =>
  shape.layers *
  adaptedMatrices(shape, adapter).reduce((sum, [reads, writes]) => sum + adapter.r * (reads + writes), 0);

/** Bytes of one checkpoint: the adapter and two moments of the optimizer, 4 bytes each, plus small files; `trainer/train/session.py` counts alike. */
export const checkpointBytes = (trainable: number): number => 12 * trainable + 2_000_000;

/** Checkpoints on disk while a training runs: in its work folder the newest, the best and one that is being written; in the store the newest and the best. */
export const checkpointsOnDisk = (keep: number): { work: number; store: number } => ({
  work: keep + 2,
  store: keep + 1,
});
