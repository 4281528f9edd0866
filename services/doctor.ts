import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import type { Connection } from '@temporalio/client';
import { connectTemporal, namedTemporal } from './connect.ts';
import { cacheDir, type Home } from './home.ts';
import { checkPrerequisites, isPythonReady, namedBy, pythonFolder } from './setup/prerequisites.mjs';
import {
  isAtLeast,
  isProgram,
  isUnnumbered,
  output,
  programOnPath,
  programPath,
  programVersion,
} from './setup/programs.mjs';
import { pins } from './setup/versions.ts';
import { ollamaVersion } from './stack/ollama-service.ts';
import { isFree } from './stack/ports.ts';
import { status } from './stack.ts';
import { stackState } from './state.ts';
import { judgeStepTime, measureStepTime } from './step-time.ts';

export interface MachineCheck {
  name: string;
  ok: boolean;
  detail: string;
  /** What to do when it is not ok. */
  remedy?: string;
}

/** Bytes below which a training of a common size is likely to end for want of room. */
const littleRoom = 20e9;

/**
 * Looks at everything a run stands on; starts and changes nothing, but for a workflow of some milliseconds on a Temporal
 * server of somebody else, which is deleted again.
 */
export async function checkMachine(home: Home): Promise<MachineCheck[]> {
  const checks = await Promise.all([
    node(),
    prerequisites(),
    python(),
    program('Temporal program', 'temporal'),
    program('Ollama program', 'ollama'),
    device(),
    room('room in the home', home.root),
    room('room in the cache', cacheDir()),
    services(home),
    temporal(home),
    ollama(home),
    ports(home),
  ]);
  return checks.flat().filter((check) => check !== undefined);
}

async function node(): Promise<MachineCheck> {
  const { version } = process;
  return {
    name: 'Node.js',
    ok: isAtLeast(version.slice(1), pins.node.minimum),
    detail: version,
    remedy: `Install Node.js ${pins.node.minimum} or newer: https://nodejs.org`,
  };
}

async function prerequisites(): Promise<MachineCheck> {
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

async function python(): Promise<MachineCheck> {
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

async function program(title: string, part: 'temporal' | 'ollama'): Promise<MachineCheck> {
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
async function device(): Promise<MachineCheck> {
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

async function room(name: string, folder: string): Promise<MachineCheck> {
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

async function services(home: Home): Promise<MachineCheck> {
  const { condition, state } = await status(home);
  const name = 'local services';
  const troubled = Object.entries(state?.services ?? {}).filter(([, service]) => service.status !== 'running');
  if (condition === 'down') return { name, ok: true, detail: 'not running; a run starts them' };
  if (condition === 'left')
    return {
      name,
      ok: false,
      detail: 'processes of a killed supervisor are left',
      remedy: 'Run `npx temper up` or `npx temper down`.',
    };
  const detail =
    troubled.length === 0
      ? `all of ${Object.keys(state?.services ?? {}).join(', ')} answer`
      : troubled
          .map(([service, { status, lastEnd }]) => `${service} is ${status}${lastEnd ? `: it ${lastEnd}` : ''}`)
          .join('; ');
  return {
    name,
    ok: troubled.length === 0,
    detail,
    remedy: `Read the log: ${troubled.map(([, { log }]) => log).join(', ')}`,
  };
}

async function temporal(home: Home): Promise<MachineCheck[]> {
  const state = await stackState(home);
  const named = namedTemporal();
  if (!named && !state?.addresses.temporal) return [];
  const name = 'Temporal server';
  try {
    const { connection, address, namespace, own, close } = await connectTemporal(home);
    try {
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      await connection.workflowService.describeNamespace({ namespace });
      const server = {
        name,
        ok: true,
        detail: `${serverVersion} at ${address}, namespace ${namespace}${own ? ', with temper’s settings' : ', yours'}`,
      };
      return own ? [server] : [server, await stepTime(connection, namespace)];
    } finally {
      await close();
    }
  } catch (error) {
    const check = {
      name,
      ok: false,
      detail: `${named?.connectionOptions.address ?? state?.addresses.temporal}: ${(error as Error).message}`,
      remedy: named
        ? 'Start it, or correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.'
        : 'Run `npx temper down` and `npx temper up`.',
    };
    return [check];
  }
}

/** A server of somebody else may make a chain of steps wait 100 ms at each; only its keeper can change that. */
async function stepTime(connection: Connection, namespace: string): Promise<MachineCheck> {
  const name = 'Temporal step time';
  return await measureStepTime(connection, namespace).then(
    (measured) => ({ name, ...judgeStepTime(measured) }),
    // A client that may not poll, say: no reason to call the server unfit.
    (error: Error) => ({ name, ok: true, detail: `it could not be measured: ${error.message}` }),
  );
}

async function ollama(home: Home): Promise<MachineCheck | undefined> {
  const state = await stackState(home);
  if (!state?.addresses.ollama) return undefined;
  const { ollama: serving, ollamaOwn: own } = state.addresses;
  const version = await ollamaVersion(serving);
  const detail =
    version === undefined
      ? `${serving} does not answer`
      : `${version} at ${serving}${serving === own ? '' : ', yours; conversions use temper’s own'}`;
  const ok = version !== undefined && (isUnnumbered(version) || isAtLeast(version, pins.ollama.minimum));
  return {
    name: 'Ollama server',
    ok,
    detail,
    remedy:
      serving === own
        ? 'It is started again by itself; read its log.'
        : 'Start it or update it; then `npx temper down` and `npx temper up`.',
  };
}

/** A taken port is no trouble: the next one is used, and told. */
async function ports(home: Home): Promise<MachineCheck | undefined> {
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
