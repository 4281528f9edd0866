import { TemperError } from '../../core/errors/temper-error.ts';
import { milliseconds } from '../../core/run/duration.ts';

const minTimeoutMs = 2_000;

/**
 * Reads `TEMPER_HEARTBEAT_TIMEOUT`: how long a worker may be silent before its attempt counts as lost, as a duration such
 * as `10s`; undefined if it is not set. A slow network to Temporal needs a longer one, tests a shorter one. Runs and
 * workers read it when they start. Throws BAD_OPTIONS.
 */
export function heartbeatTimeout(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const text = env.TEMPER_HEARTBEAT_TIMEOUT;
  if (!text) return undefined;
  let length = 0;
  try {
    length = milliseconds(text);
  } catch {
    // Reported below, with a valid example.
  }
  if (length >= minTimeoutMs) return text;
  throw new TemperError(
    'BAD_OPTIONS',
    `TEMPER_HEARTBEAT_TIMEOUT must be a duration of at least 2 s, got ${JSON.stringify(text)}`,
    {
      remedy: 'Set it to a duration such as `30s` or `2m`, or unset it.',
    },
  );
}
