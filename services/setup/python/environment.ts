import { basename, join } from 'node:path';
import type { Reporter } from '../../machine/report.ts';
import { announce, buildLog, type Found, type SetupOptions, setupContext } from '../context.ts';
import { isPythonReady, lockFile, pythonFolder } from '../prerequisites.ts';
import { installLocked } from './python-tools.ts';

/** Sixteen hex digits of the trainer's lock file: the name of its environment. */
export const lockDigest = (): string => basename(pythonFolder(''));

/** The Python that has the training libraries of its lock file. `TEMPER_PYTHON` names one instead, as in a container. */
export async function ensurePython(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions & { lock?: string } = {},
): Promise<Found> {
  const setup = setupContext(cache, report, options);
  const lock = options.lock ?? lockFile;
  if (setup.env.TEMPER_PYTHON) return { path: setup.env.TEMPER_PYTHON, version: 'named', way: 'named' };
  return await announce(setup, 'Python environment', async (say) => {
    const folder = pythonFolder(setup.cache, lock);
    const found = { path: join(folder, 'bin', 'python'), version: basename(folder) };
    if (isPythonReady(folder)) return { ...found, way: 'cached' };
    say('installing the training libraries', '(about 5 GB, once)');
    const made = await installLocked(setup, {
      folder,
      lock,
      log: buildLog(setup, 'python'),
      onLine: (line) => say('installing the training libraries', `(${line.slice(0, 60)})`),
      waiting: () => say('another process installs it, waiting for that'),
    });
    return { ...found, way: made === 'made' ? 'installed' : 'cached' };
  });
}
