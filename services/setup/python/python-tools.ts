import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { claimPatiently } from '../../machine/claim.ts';
import { packageFile } from '../../machine/package-root.ts';
import { buildLog, type Setup } from '../context.ts';
import { stampFile } from '../prerequisites.ts';
import { findPython, findUv, isProgram } from '../programs/find-program.ts';
import { runCommand } from '../programs/run-command.ts';
import { pins } from '../versions.ts';

const lock = (name: string) => packageFile(`services/setup/locks/${name}.txt`);

/** Installs nothing into the system and takes no other Python than the one it is given. */
const uvEnvironment = (setup: Setup) => ({
  ...setup.env,
  UV_CACHE_DIR: join(setup.cache, 'uv'),
  UV_PYTHON_DOWNLOADS: 'never',
  UV_NO_PROGRESS: '1',
  VIRTUAL_ENV: undefined,
});

export async function requirePython(setup: Setup): Promise<string> {
  const python = await findPython(setup.env);
  if (!python)
    throw new TemperError('TOOL_MISSING', `there is no Python ${pins.python.minimum} or newer on PATH`, {
      remedy: 'Install it: `apt-get install -y python3 python3-venv`, or on macOS `brew install python@3.12`.',
    });
  return python.path;
}

/**
 * An environment is no folder to be renamed, since its scripts carry their own path. So it is made in its place and
 * stamped last, by one process of this machine at a time.
 */
export async function makeEnvironment(
  setup: Setup,
  folder: string,
  fill: () => Promise<void>,
  waiting: () => void = () => {},
): Promise<'cached' | 'made'> {
  const ready = () => existsSync(join(folder, stampFile)) && isProgram(join(folder, 'bin', 'python'));
  if (ready()) return 'cached';
  const held = await claimPatiently(`build ${folder}`, waiting, setup.signal);
  try {
    if (ready()) return 'cached';
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, '..'), { recursive: true });
    await fill();
    await writeFile(join(folder, stampFile), `${new Date().toISOString()}\n`);
    return 'made';
  } finally {
    await held.release();
  }
}

/** uv from PATH, or from PyPI into an environment of its own. */
export async function ensureUv(setup: Setup): Promise<string> {
  const found = await findUv(setup.env);
  if (found) return found.path;
  const folder = join(setup.cache, 'tools', `uv-${pins.uv.version}`);
  await makeEnvironment(setup, folder, async () => {
    const common = { env: setup.env, log: buildLog(setup, 'uv'), signal: setup.signal };
    await runCommand({ ...common, program: await requirePython(setup), args: ['-m', 'venv', folder] });
    await runCommand({
      ...common,
      program: join(folder, 'bin', 'python'),
      args: ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '--require-hashes', '-r', lock('uv')],
    });
  });
  return join(folder, 'bin', 'uv');
}

/** Makes an environment of a lock file whose every line has a hash. */
export async function installLocked(
  setup: Setup,
  options: { folder: string; lock: string; log: string; onLine?: (line: string) => void; waiting?: () => void },
): Promise<'cached' | 'made'> {
  return await makeEnvironment(
    setup,
    options.folder,
    async () => {
      const uv = await ensureUv(setup);
      const common = {
        program: uv,
        env: uvEnvironment(setup),
        log: options.log,
        signal: setup.signal,
        ...(options.onLine ? { onLine: options.onLine } : {}),
      };
      await runCommand({
        ...common,
        args: ['venv', '--quiet', '--python', await requirePython(setup), options.folder],
      });
      await runCommand({
        ...common,
        args: [
          'pip',
          'install',
          '--require-hashes',
          '--python',
          join(options.folder, 'bin', 'python'),
          '-r',
          options.lock,
        ],
      });
    },
    options.waiting,
  );
}

/** The folder `bin` of a small environment with the tools of one lock file: Go, CMake, pip, or the checks of the Python code. */
export async function ensureTool(setup: Setup, name: 'go' | 'cmake' | 'pip' | 'python-check'): Promise<string> {
  const digest = createHash('sha256')
    .update(readFileSync(lock(name)))
    .digest('hex')
    .slice(0, 8);
  const folder = join(setup.cache, 'tools', `${name}-${digest}`);
  await installLocked(setup, { folder, lock: lock(name), log: buildLog(setup, name) });
  return join(folder, 'bin');
}

/** Fetches the pinned source distribution of a package into a folder. pip asks its build script for its name, with the tools of its own lock file. */
export async function downloadSource(
  setup: Setup,
  options: { lock: 'llama-cpp'; package: string; into: string; log: string },
): Promise<void> {
  const bin = await ensureTool(setup, 'pip');
  await runCommand({
    program: join(bin, 'python'),
    args: [
      '-m',
      'pip',
      'download',
      '--disable-pip-version-check',
      '--no-deps',
      '--require-hashes',
      '--no-build-isolation',
      '--no-binary',
      options.package,
      '-r',
      lock(options.lock),
      '-d',
      options.into,
    ],
    env: setup.env,
    log: options.log,
    signal: setup.signal,
  });
}
