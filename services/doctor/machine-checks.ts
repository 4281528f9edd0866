import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { cacheDir, type Home } from '../machine/home.ts';
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

/** Bytes below which a training of a common size is likely to end for want of room. */
const littleRoom = 20e9;

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
    detail: missing.length === 0 ? 'nothing is missing' : `missing: ${missing.map(({ what }) => what).join(', ')}`,
    remedy: missing
      .map(({ install }) => install?.[system])
      .filter(Boolean)
      .join('; '),
  };
}

export async function python(): Promise<MachineCheck> {
  const name = 'Python environment';
  const folder = pythonFolder(cacheDir());
  const path = process.env.TEMPER_PYTHON ?? `${folder}/bin/python`;
  if (!process.env.TEMPER_PYTHON && !isPythonReady(folder)) {
    return {
      name,
      ok: false,
      detail: `${folder} is not there yet or was cut short`,
      remedy: 'Run `npx temper up`, which makes it.',
    };
  }
  const ask =
    'import importlib.metadata as m; print(", ".join(f"{n} {m.version(n)}" for n in ("torch", "transformers", "peft", "trl")))';
  const versions = (await output(path, ['-c', ask]))?.trim();
  return {
    name,
    ok: versions !== undefined,
    detail: versions ?? `${path} cannot load the training libraries`,
    remedy: `Remove ${folder} and run \`npx temper up\`, which makes it anew.`,
  };
}

export async function program(title: string, part: 'temporal' | 'ollama'): Promise<MachineCheck> {
  const pin = pins[part];
  const named = process.env[namedBy[part]];
  const cached = programPath(cacheDir(), part, pin);
  const path = named || (isProgram(cached) ? cached : (await programOnPath(part, pin)).path);
  const version = path && (await programVersion(path));
  const ok = version !== undefined && (isUnnumbered(version) || isAtLeast(version, pin.minimum));
  const detail = version
    ? `${version} (${path})`
    : path
      ? `${path} does not answer --version`
      : 'neither in the cache nor on PATH';
  return {
    name: title,
    ok,
    detail,
    remedy: named ? `Correct ${namedBy[part]}, or unset it.` : `Run \`npx temper up\`, which brings ${pin.version}.`,
  };
}

/** A machine without a GPU is a machine: trainings of small models run on the processor. */
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
    detail: gpus.length > 0 ? gpus.join('; ') : 'none that nvidia-smi tells of: steps run on the processor',
  };
}

export async function room(name: string, folder: string): Promise<MachineCheck> {
  const facts = await statfs(folder).catch(() => undefined);
  if (!facts) return { name, ok: true, detail: `${folder} is not there yet` };
  const free = facts.bavail * facts.bsize;
  return {
    name,
    ok: free > littleRoom,
    detail: `${(free / 1e9).toFixed(1)} GB free (${folder})`,
    remedy: `A 7B model needs about 50 GB on its way; free some room or move it with TEMPER_HOME and TEMPER_CACHE.`,
  };
}

/** A taken port is no trouble: the next one is used, and told. */
export async function ports(home: Home): Promise<MachineCheck | undefined> {
  if (await stackState(home)) return undefined;
  const usual = [7233, 8233, 11434];
  const taken = (await Promise.all(usual.map(async (port) => ((await isFree(port)) ? undefined : port)))).filter(
    (port) => port !== undefined,
  );
  return {
    name: 'usual ports',
    ok: true,
    detail:
      taken.length === 0 ? `${usual.join(', ')} are free` : `${taken.join(', ')} taken; the next free ones are used`,
  };
}
