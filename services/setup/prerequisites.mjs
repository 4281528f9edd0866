import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  assetFor,
  cacheFolder,
  canUnpack,
  findPython,
  findUv,
  isAtLeast,
  isProgram,
  output,
  pins,
  programOnPath,
  programPath,
  which,
} from './programs.mjs';
import { whyOutOfReach } from './reach.mjs';

/** Name of the variable that names a program, by part. */
export const namedBy = { temporal: 'TEMPORAL_CLI_PATH', ollama: 'OLLAMA_PATH' };

/** The lock file of the trainer; its digest names the environment. */
export const lockFile = fileURLToPath(new URL('../../trainer/requirements.txt', import.meta.url));

export function pythonFolder(cache, lock = lockFile) {
  return join(cache, 'python', createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 16));
}

/** Written last: an environment without it was cut short. */
export const stampFile = '.complete';

export const isPythonReady = (folder) =>
  existsSync(join(folder, stampFile)) && isProgram(join(folder, 'bin', 'python'));

const install = {
  python: { debian: 'apt-get install -y python3 python3-venv', macos: 'brew install python@3.12' },
  venv: { debian: 'apt-get install -y python3-venv', macos: 'brew install python@3.12' },
  compiler: { debian: 'apt-get install -y g++', macos: 'xcode-select --install' },
  zstd: { debian: 'apt-get install -y zstd', macos: 'brew install zstd' },
  tar: { debian: 'apt-get install -y tar', macos: 'xcode-select --install' },
};

const compilerOf = (env) => which('c++', env) ?? which('g++', env) ?? which('clang++', env);

/**
 * Everything that this machine lacks, at once: what, why, and the command that installs it. Asks only for what is
 * really needed; a compiler, for one, only where a program is neither at hand nor to be downloaded.
 */
export async function checkPrerequisites({
  env = process.env,
  parts = ['python', 'temporal', 'ollama'],
  cache = cacheFolder(env),
} = {}) {
  const missing = new Map();
  const need = (key, what, why) => {
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
    ['temporal', 'ollama'].filter((part) => parts.includes(part)).map((part) => needProgram(part, need, env, cache)),
  );
  if (
    parts.includes('llama.cpp') &&
    !existsSync(join(cache, 'llama.cpp', pins.llama_cpp.version, 'bin', 'llama-quantize'))
  ) {
    if (!compilerOf(env)) need('compiler', 'a C++ compiler', 'to build llama.cpp');
    await needPython('to fetch llama.cpp’s source', need, env);
  }
  return [...missing.values()];
}

async function needPython(why, need, env) {
  const python = await findPython(env);
  if (!python) return need('python', `Python ${pins.python.minimum} or newer`, why);
  if (await findUv(env)) return;
  // Debian ships Python without the module that puts pip into a new environment.
  if ((await output(python.path, ['-c', 'import venv, ensurepip'], env)) === undefined)
    need('venv', `the venv module of Python ${python.version}`, why);
}

async function needProgram(part, need, env, cache) {
  const pin = pins[part];
  const named = env[namedBy[part]];
  if (named || isProgram(programPath(cache, part, pin))) return;
  if ((await programOnPath(part, pin, env)).path) return;
  const title = part === 'temporal' ? 'Temporal' : 'Ollama';
  const asset = assetFor(pin);
  const unreachable = asset
    ? await whyOutOfReach(asset.url, env)
    : `there is no archive for ${process.platform}-${process.arch}`;
  if (!which('tar', env)) need('tar', 'tar', `to unpack ${title}`);
  if (!unreachable) {
    if (!(await canUnpack(asset.url, env))) need('zstd', 'zstd', `to unpack ${title}`);
    return;
  }
  // Go itself comes from PyPI where it is not on PATH, and so needs Python as well.
  const why = `to build ${title}, which is not on PATH and cannot be downloaded (${unreachable})`;
  await needPython(why, need, env);
  if (part === 'ollama' && !compilerOf(env)) need('compiler', 'a C++ compiler', why);
}

/** The list as people read it. */
export function describeMissing(missing) {
  const system = process.platform === 'darwin' ? 'macos' : 'debian';
  const lines = missing.flatMap(({ what, why, install: command }) => [
    `  ${what}: ${why}`,
    ...(command ? [`      ${command[system]}`] : []),
  ]);
  return ['This machine lacks:', ...lines].join('\n');
}
