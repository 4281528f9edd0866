import { statfs } from 'node:fs/promises';
import prettyBytes from 'pretty-bytes';
import { unusedGpuRemedy } from '../../core/words/settings.ts';
import { cacheDir, type Home } from '../machine/home.ts';
import { nvidiaSmi, unusedGpus } from '../machine/nvidia.ts';
import { childEnvironment } from '../settings/child-environment.ts';
import { pathSetting } from '../settings/settings.ts';
import { checkPrerequisites, isPythonReady, namedBy, pythonFolder } from '../setup/prerequisites.ts';
import {
  isAtLeast,
  isProgram,
  isUnnumbered,
  output,
  programFolder,
  programOnPath,
  programPath,
  programVersion,
} from '../setup/programs/find-program.ts';
import { originWords, readOrigin } from '../setup/programs/origin.ts';
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
  const path = trainerPython();
  if (path === undefined) {
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
  const from = named
    ? `named by ${namedBy[part]}`
    : path === cached
      ? originOf(programFolder(cacheDir(), part, pin))
      : 'found on PATH';
  const detail = version
    ? `${version}, ${from} (${path})`
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

function originOf(folder: string): string {
  const origin = readOrigin(folder);
  return origin ? originWords(origin) : 'from an earlier set-up';
}

/** A missing GPU is not a failure: small models train on the CPU. One that the training libraries do not see is. */
export async function device(): Promise<MachineCheck> {
  const name = 'GPU';
  const gpus = (await nvidiaSmi('name,memory.free,memory.total,driver_version')).map((line) => {
    const [title, free, total, driver] = line.split(', ');
    return `${title}, ${free} of ${total} free, driver ${driver}`;
  });
  if (gpus.length === 0) return { name, ok: true, detail: 'nvidia-smi finds none; steps run on the CPU' };
  const listed = gpus.join('; ');
  if ((await unusedGpus()).length === 0)
    return { name, ok: true, detail: `${listed}; CUDA_VISIBLE_DEVICES hides them, so steps run on the CPU` };
  const sees = await torchSeesGpu();
  return {
    name,
    ok: sees !== false,
    detail: sees === false ? `${listed}; but PyTorch finds none, so training would use the CPU` : listed,
    remedy: unusedGpuRemedy,
  };
}

/** Undefined where the environment is not set up yet. Asked as the trainer is: with what reaches it. */
async function torchSeesGpu(): Promise<boolean | undefined> {
  const path = trainerPython();
  if (path === undefined) return undefined;
  const answer = await output(
    path,
    ['-c', 'import torch; print(torch.cuda.is_available())'],
    childEnvironment('trainer'),
  );
  return answer === undefined ? undefined : answer.includes('True');
}

/** Undefined where it is not set up yet. */
function trainerPython(): string | undefined {
  const folder = pythonFolder(cacheDir());
  return pathSetting('TEMPER_PYTHON', process.env) ?? (isPythonReady(folder) ? `${folder}/bin/python` : undefined);
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
