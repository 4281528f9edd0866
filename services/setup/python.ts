import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withBuildLock } from './build-lock.ts';
import { mustExecute } from './execute.ts';
import { type Report, type Tool, timed } from './report.ts';
import { ensureToolsPython } from './tools-python.ts';

const lockFile = fileURLToPath(new URL('../../trainer/requirements.txt', import.meta.url));

/** Sixteen hex digits of the lock file: environments of different locks stand side by side, so an upgrade ends no run. */
export function lockDigest(): string {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex').slice(0, 16);
}

/** The Python with the training libraries, exactly those of the lock file. */
export async function ensurePython(cache: string, report: Report, env: NodeJS.ProcessEnv = process.env): Promise<Tool> {
  if (env.TEMPER_PYTHON) return { path: env.TEMPER_PYTHON, version: 'named', way: 'named' };
  const digest = lockDigest();
  const folder = join(cache, 'python', digest);
  const path = join(folder, 'bin', 'python');
  const stamp = join(folder, '.complete');
  if (existsSync(stamp) && existsSync(path)) return { path, version: digest, way: 'cached' };
  const tools = await ensureToolsPython(cache, report);
  return await withBuildLock(folder, () => report('another process sets up the training libraries; waiting for it'), async () => {
    if (existsSync(stamp) && existsSync(path)) return { path, version: digest, way: 'cached' };
    rmSync(folder, { recursive: true, force: true });
    const uvEnvironment = { UV_CACHE_DIR: join(cache, 'uv'), UV_LINK_MODE: 'copy', UV_NO_PROGRESS: '1' };
    await timed(report, 'installing the training libraries (about 5 GB, once)', async () => {
      await mustExecute('making a Python environment', tools.uv, ['venv', '--quiet', '--python', tools.python, folder], { env: uvEnvironment });
      await mustExecute('installing the training libraries', tools.uv, ['pip', 'install', '--quiet', '--no-cache', '--python', path, '--require-hashes', '-r', lockFile], { env: uvEnvironment });
    });
    // Written last: an environment without it is an installation that was cut off.
    writeFileSync(stamp, '');
    return { path, version: digest, way: 'built' };
  });
}
