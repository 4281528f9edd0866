import { type ModelShape, workingParameters } from './model-shape.ts';

/** What of a training decides how long it takes. */
export interface TrainingWork {
  /** Optimizer steps. */
  steps: number;
  /** Rows and tokens of one optimizer step. */
  rowsPerStep: number;
  tokensPerRow: number;
  recomputes: boolean;
  /** Evaluations of the held-out rows, and how many rows each reads. */
  evaluations: number;
  heldOut: number;
}

/** Counts the optimizer steps of a training. */
export function optimizerSteps(it: { rows: number; rowsPerStep: number; epochs: number; maxSteps?: number }): number {
  const { rows, rowsPerStep, epochs, maxSteps } = it;
  return maxSteps ?? Math.max(1, Math.ceil(Math.ceil(rows / rowsPerStep) * epochs));
}

/**
 * Counts the floating-point operations of a training: two for each number and token forward, two backward (frozen weights
 * have no gradients of their own), and two more where activations are recomputed. Held-out rows go forward only.
 */
export function trainingOperations(shape: ModelShape, work: TrainingWork): number {
  const { steps, rowsPerStep, tokensPerRow, recomputes, evaluations, heldOut } = work;
  const parameters = workingParameters(shape);
  const trained = steps * rowsPerStep * tokensPerRow * parameters * (recomputes ? 6 : 4);
  return trained + evaluations * heldOut * tokensPerRow * parameters * 2;
}

/** How fast a machine works. `from`: an earlier training on it, or only the kind of its device. */
export interface Pace {
  /** Floating-point operations a second that a training reaches. */
  operations: number;
  /** Bytes a second at which an answering model reads its weights. */
  reading: number;
  from: 'earlier' | 'device';
}

/** What a training reaches on a core of a current processor, and on one current GPU; docs/estimates.md has the source. */
const operationsOf = { core: 20e9, gpu: 40e12 };
const readingOf = { cpu: 8e9, gpu: 400e9 };

/** The pace of a machine that has trained nothing yet. */
export const usualPace = (device: 'cpu' | 'gpu', cores: number): Pace => ({
  operations: device === 'gpu' ? operationsOf.gpu : operationsOf.core * cores,
  reading: readingOf[device],
  from: 'device',
});
