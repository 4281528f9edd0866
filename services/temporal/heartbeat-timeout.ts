import { TemperError } from '../../core/errors/temper-error.ts';
import { milliseconds } from '../../core/run/duration.ts';

const shortest = 2_000;

/**
 * `TEMPER_HEARTBEAT_TIMEOUT`: how long a worker may stay silent before its attempt counts as lost, as a duration such as
 * `10s`. Longer for a slow network to Temporal, shorter for tests; undefined where it is not set. Runs take it when they
 * start, workers when they come up.
 */
export function heartbeatTimeout(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const text = env.TEMPER_HEARTBEAT_TIMEOUT;
  if (!text) return undefined;
  let length = 0;
  try {
    length = milliseconds(text);
  } catch {
    // Told below, with what would be right.
  }
  if (length >= shortest) return text;
  throw new TemperError('BAD_OPTIONS', `TEMPER_HEARTBEAT_TIMEOUT is ${JSON.stringify(text)}`, {
    remedy: 'Give a duration of at least 2s, such as `30s` or `2m`, or unset it.',
  });
}
