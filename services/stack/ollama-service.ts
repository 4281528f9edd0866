import type { Home } from '../machine/home.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { patientFetch } from '../ollama/patient-fetch.ts';
import { serverEnvironment } from '../settings/child-environment.ts';
import { isLoopback } from '../settings/proxies.ts';
import { namedOllama, usualOllama } from '../settings/settings.ts';
import type { Found } from '../setup/context.ts';
import { isAtLeast, isUnnumbered } from '../setup/programs/find-program.ts';
import { pins } from '../setup/versions.ts';
import { type HeldPort, holdPort, isClaimedByTemper, isFree, listensOn } from './ports.ts';
import { serverGrace } from './process-group.ts';
import type { ServiceSpec } from './service.ts';

export async function ollamaVersion(url: string, limit = 3_000): Promise<string | undefined> {
  try {
    const answer = await patientFetch(`${url}/api/version`, { signal: AbortSignal.timeout(limit) });
    return answer.ok ? ((await answer.json()) as { version?: string }).version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The Ollama that the person runs already, if it answers and is new enough; `note` says why one was passed over. A
 * server of another temper home is nobody's: it goes when that home's stack goes.
 */
export async function findRunningOllama(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ url?: string; version?: string; note?: string }> {
  if (env.TEMPER_OLLAMA === 'own') return {};
  const named = namedOllama(env);
  const { url, ignoredPort } = named ?? { url: usualOllama };
  const { hostname, port } = new URL(url);
  if (isLoopback(hostname.replace(/^\[|\]$/g, '')) && (await isClaimedByTemper(Number(port)))) return {};
  const version = await ollamaVersion(url);
  if (version === undefined)
    return named
      ? {
          note: `OLLAMA_HOST names ${withoutCredentials(url)}${ignoredPort === undefined ? '' : ` (${ignoredPort || 'nothing'} is no port)`}, where no Ollama answers: temper uses its own`,
        }
      : {};
  if (!isUnnumbered(version) && !isAtLeast(version, pins.ollama.minimum)) {
    return {
      note: `the Ollama at ${withoutCredentials(url)} is version ${version}, and temper needs ${pins.ollama.minimum} or newer: temper uses its own`,
    };
  }
  return { url, version };
}

/** temper's own Ollama, whose store lies in the home, so that what it converts can be read from disk. */
export function ollamaService(options: {
  home: Home;
  program: Found;
  log: string;
  usualPort: number;
  onAddress: (url: string) => void;
}): {
  spec: ServiceSpec;
  release: () => Promise<void>;
} {
  const { home, program, log } = options;
  let held: HeldPort | undefined;
  const release = async () => {
    await held?.release();
    held = undefined;
  };
  return {
    release,
    spec: {
      name: 'ollama',
      log,
      version: program.version,
      cwd: home.root,
      startLimit: 60_000,
      stopGrace: serverGrace,
      launch: async () => {
        if (held && !(await isFree(held.port))) await release();
        if (!held) {
          held = await holdPort(options.usualPort);
          options.onAddress(`http://127.0.0.1:${held.port}`);
        }
        const address = `127.0.0.1:${held.port}`;
        return {
          program: program.path,
          args: ['serve'],
          env: ollamaEnvironment({ address, models: home.ollamaModels }),
          address,
        };
      },
      answers: async (pid) =>
        listensOn(pid, held!.port) && (await ollamaVersion(`http://127.0.0.1:${held!.port}`)) !== undefined,
    },
  };
}

/** What names the hardware is passed on; the rest is temper's own. */
const ollamaEnvironment = ({ address, models }: { address: string; models: string }): NodeJS.ProcessEnv => ({
  ...serverEnvironment(process.env),
  OLLAMA_HOST: address,
  OLLAMA_MODELS: models,
  // One question at a time: with more, Ollama shares out the context, and proofs compare single answers.
  OLLAMA_NUM_PARALLEL: '1',
  // Trainings want the memory back soon.
  OLLAMA_KEEP_ALIVE: '2m',
  // Ollama 0.33 renders a GGUF's own Jinja template where that supports more than the TEMPLATE of the model; the proofs are about TEMPLATE.
  OLLAMA_GO_TEMPLATE: '1',
  // A large model from a slow disk takes longer than Ollama's own five minutes.
  OLLAMA_LOAD_TIMEOUT: '30m',
});
