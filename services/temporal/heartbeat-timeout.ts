import type { Environment } from '../settings/reading.ts';
import { requireSettings } from '../settings/settings.ts';

/**
 * Reads `TEMPER_HEARTBEAT_TIMEOUT`: how long a worker may be silent before its attempt counts as lost, as a duration such
 * as `10s`; undefined if it is not set. A slow network to Temporal needs a longer one, tests a shorter one. Runs and
 * workers read it when they start. Throws BAD_SETTING.
 */
export function heartbeatTimeout(env: Environment = process.env): string | undefined {
  requireSettings(env, ['TEMPER_HEARTBEAT_TIMEOUT']);
  return env.TEMPER_HEARTBEAT_TIMEOUT || undefined;
}
