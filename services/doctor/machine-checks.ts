import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import prettyBytes from 'pretty-bytes';
import { cacheDir, type Home } from '../machine/home.ts';
import { pathSetting } from '../settings/settings.ts';
import { checkPrerequisites, isPythonReady, namedBy, pythonFolder } from '../setup/prerequisites.ts';
import {
  isAtLeast,
  isProgram,
  isUnnumbered,
  output,
  programOnPath,
  programPath,
  programVersion,
} from '../setup/programs/find-program.ts';
import { pins } from '../setup/versions.ts';
import { isFree } from '../stack/ports.ts';
import { stackState } from '../stack/state.ts';
import type { MachineCheck } from './check.ts';

/** With less free space, a training of a common size is likely to fill the disk. */
const minFreeBytes = 20e9;

export async function node(): Promise<MachineCheck> {
  const { version } = process;
  return {
    name: 'Node.js',
    ok: isAtLeast(version.slice(1), pins.node.minimum),
    detail: version,
    remedy: `Install Node.js ${pins.node.minimum} or newer: https://nodejs.org`,
  };
}

export async function prerequisites(): Promise<MachineCheck> {
  const missing = await checkPrerequisites();
  const system = process.platform === 'darwin' ? 'macos' : 'debian';
  return {
    name: 'prerequisites',
    ok: missing.length === 0,
    detail: missing.length === 0 ? 'all present' : `missing: ${missing.map(({ what }) => what).join(', ')}`,
    remedy: missing
      .map(({ install }) => install?.[system])
      .filter(Boolean)
      .join('; '),
  };
}

export async function python(): Promise<MachineCheck> {
  const name = 'Python environment';
  const folder = pythonFolder(cacheDir());
  const named = pathSetting('TEMPER_PYTHON', process.env);
  const path = named ?? `${folder}/bin/python`;
  if (named === undefined && !isPythonReady(folder)) {
    return {
      name,
      ok: false,
      detail: `${folder} is missing or incomplete`,
      remedy: 'Run `npx temper up`, which creates it.',
    };
  }
  const ask =
    'import importlib.metadata as m; print(", ".join(f"{n} {m.version(n)}" for n in ("torch", "transformers", "peft", "trl")))';
  const versions = (await output(path, ['-c', ask]))?.trim();
  return {
    name,
    ok: versions !== undefined,
    detail: versions ?? `${path} cannot load the training libraries`,
    remedy: named
      ? 'Correct TEMPER_PYTHON, or unset it.'
      : `Delete ${folder}, then run \`npx temper up\`, which creates it again.`,
  };
}

export async function program(title: string, part: 'temporal' | 'ollama'): Promise<MachineCheck> {
  const pin = pins[part];
  const named = pathSetting(namedBy[part], process.env);
  const cached = programPath(cacheDir(), part, pin);
  const path = named || (isProgram(cached) ? cached : (await programOnPath(part, pin)).path);
  const version = path && (await programVersion(path));
  const ok = version !== undefined && (isUnnumbered(version) || isAtLeast(version, pin.minimum));
  const detail = version
    ? `${version} (${path})`
    : path
      ? `${path} does not answer --version`
      : 'found neither in the cache nor on PATH';
  return {
    name: title,
    ok,
    detail,
    remedy: named ? `Correct ${namedBy[part]}, or unset it.` : `Run \`npx temper up\`, which installs ${pin.version}.`,
  };
}

/** A missing GPU is not a failure: small models train on the CPU. */
export async function device(): Promise<MachineCheck> {
  const text = await new Promise<string>((resolve) => {
    execFile(
      'nvidia-smi',
      ['--query-gpu=name,memory.free,memory.total,driver_version', '--format=csv,noheader'],
      { timeout: 10_000 },
      (error, stdout) => resolve(error ? '' : stdout.trim()),
    );
  });
  const gpus = text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name, free, total, driver] = line.split(', ');
      return `${name}, ${free} of ${total} free, driver ${driver}`;
    });
  return {
    name: 'GPU',
    ok: true,
    detail: gpus.length > 0 ? gpus.join('; ') : 'nvidia-smi finds none; steps run on the CPU',
  };
}

export async function diskSpace(name: string, folder: string): Promise<MachineCheck> {
  const facts = await statfs(folder).catch(() => undefined);
  if (!facts) return { name, ok: true, detail: `${folder} does not exist yet` };
  const free = facts.bavail * facts.bsize;
  return {
    name,
    ok: free > minFreeBytes,
    detail: `${prettyBytes(free)} free (${folder})`,
    remedy: 'A 7B model needs about 50 GB. Free some space, or set TEMPER_HOME and TEMPER_CACHE to a larger disk.',
  };
}

/** A port in use is not a failure: temper uses the next free one and prints it. */
export async function ports(home: Home): Promise<MachineCheck | undefined> {
  if (await stackState(home)) return undefined;
  const defaults = [7233, 8233, 11434];
  const taken = (await Promise.all(defaults.map(async (port) => ((await isFree(port)) ? undefined : port)))).filter(
    (port) => port !== undefined,
  );
  return {
    name: 'default ports',
    ok: true,
    detail:
      taken.length === 0
        ? `${defaults.join(', ')} are free`
        : `${taken.join(', ')} in use; temper uses the next free ones`,
  };
}
