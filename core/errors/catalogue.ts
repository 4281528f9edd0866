import { documents } from './documents.ts';
import { inputs } from './inputs.ts';
import { machine } from './machine.ts';
import { models } from './models.ts';
import { running } from './runs.ts';
import { training } from './training.ts';

export type { ErrorEntry } from './entry.ts';

/** Everything that a step can fail with, by its code. */
export const errors = { ...inputs, ...documents, ...training, ...models, ...running, ...machine } as const;

export type ErrorCode = keyof typeof errors;

const hour = 3_600_000;

/**
 * For how long a step with such a failure is retried, in milliseconds: the cause goes away by itself, or a person removes it
 * without touching the run. These failures do not count in `max_attempts`. Another failure in between restarts the time.
 */
export const patience: Readonly<Partial<Record<ErrorCode, number>>> = {
  DISK_FULL: Number.POSITIVE_INFINITY,
  OLLAMA_UNREACHABLE: 12 * hour,
  ENDPOINT_UNREACHABLE: 12 * hour,
  HUB_UNREACHABLE: 12 * hour,
  NOTIFICATION_FAILED: 6 * hour,
};

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** A failed step, as the workflow, the ledger and the views have it. */
export interface StepFailure {
  code: ErrorCode | 'CANCELLED';
  message: string;
  remedy: string;
}
