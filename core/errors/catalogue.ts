import { inputs } from './inputs.ts';
import { models } from './models.ts';
import { running } from './runs.ts';
import { training } from './training.ts';

export type { ErrorEntry } from './entry.ts';

/** Everything that a step can fail with, by its code. */
export const errors = { ...inputs, ...training, ...models, ...running } as const;

export type ErrorCode = keyof typeof errors;

const hour = 3_600_000;

/**
 * Codes whose cause mends itself, or is mended by a person who need not touch the run: milliseconds for which such a step
 * is tried again. These failures are not counted in `max_attempts`; another failure in between begins the time anew.
 */
export const patience: Readonly<Partial<Record<ErrorCode, number>>> = {
  DISK_FULL: Number.POSITIVE_INFINITY,
  OLLAMA_UNREACHABLE: 12 * hour,
  HUB_UNREACHABLE: 12 * hour,
  NOTICE_FAILED: 6 * hour,
};

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** How a failed step is told: to the workflow, to the ledger, to a person. */
export interface StepFailure {
  code: ErrorCode | 'CANCELLED';
  message: string;
  remedy: string;
}
