import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildLog, type Setup } from '../../services/setup/context.ts';
import { installLocked } from '../../services/setup/python/python-tools.ts';

const lock = 'test/trainer/requirements.txt';

/** The folder with pytest and its packages. It stands beside the trainer's environment, so that users do not install them. */
export async function ensureTestPackages(setup: Setup): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 8);
  const folder = join(setup.cache, 'tools', `pytest-${digest}`);
  await installLocked(setup, { folder, lock, log: buildLog(setup, 'pytest') });
  const [python] = readdirSync(join(folder, 'lib'));
  return join(folder, 'lib', python!, 'site-packages');
}
