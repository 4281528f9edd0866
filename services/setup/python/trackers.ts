import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tracker } from '../../../core/kinds/options/tracking.ts';
import { packageFile } from '../../machine/package-root.ts';
import { pathSetting } from '../../settings/settings.ts';
import { buildLog, setupContext } from '../context.ts';
import { installLocked } from './python-tools.ts';

/**
 * The Python that has a tracker's client, in an environment of its own: its libraries cannot change those of a training.
 * Installed when the first training asks for it. `TEMPER_TRACKER_PYTHON` names one instead.
 */
export async function ensureTracker(cache: string, tracker: Tracker, signal?: AbortSignal): Promise<string> {
  const setup = setupContext(cache, () => {}, { signal });
  const named = pathSetting('TEMPER_TRACKER_PYTHON', setup.env);
  if (named !== undefined) return named;
  const lock = packageFile(`services/setup/locks/tracker-${tracker}.txt`);
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 8);
  const folder = join(setup.cache, 'trackers', `${tracker}-${digest}`);
  await installLocked(setup, { folder, lock, log: buildLog(setup, tracker) });
  return join(folder, 'bin', 'python');
}
