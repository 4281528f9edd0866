import { setTimeout } from 'node:timers/promises';
import { TemperError } from '../../core/errors/temper-error.ts';

/** Milliseconds. */
const [firstPause, maxPause, maxAsked] = [1_000, 60_000, 300_000];
const maxTries = 6;

/** A refusal that another try may get over. `afterMs`: when the server wants to be asked again. */
export class TryLater extends Error {
  readonly afterMs: number | undefined;

  constructor(message: string, options: { afterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.afterMs = options.afterMs;
  }
}

export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const realPause: Pause = async (ms, signal) => await setTimeout(ms, undefined, { signal });

/**
 * Tries again after growing pauses, or after those that the server asks for. Throws ENDPOINT_UNREACHABLE when that was of no
 * use, and when the server wants more than five minutes: the step then waits without a worker's slot.
 */
export async function retryLater<T>(
  attempt: () => Promise<T>,
  { signal, pause = realPause, tries = maxTries }: { signal: AbortSignal; pause?: Pause; tries?: number },
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TryLater)) throw error;
      const ms = error.afterMs ?? Math.min(maxPause, firstPause * 2 ** (tried - 1));
      if (tried >= tries || ms > maxAsked)
        throw new TemperError('ENDPOINT_UNREACHABLE', error.message, { cause: error.cause ?? error });
      await pause(ms, signal);
    }
  }
}

/** `Retry-After` in milliseconds: a number of seconds, or a date. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
