import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../activities/engine/deps.ts';
import { kindHooks } from '../activities/index.ts';
import { cacheDir, type Home, queues } from '../services/machine/home.ts';
import { machineId } from '../services/machine/machine-id.ts';
import { packageRoot } from '../services/machine/package-root.ts';
import { OllamaServer } from '../services/ollama/server.ts';
import { ensureLlamaCpp } from '../services/setup/llama-cpp.ts';
import { ensurePython, lockDigest } from '../services/setup/python/environment.ts';
import { pins } from '../services/setup/versions.ts';
import { readState } from '../services/stack/state.ts';
import { ArtifactStore } from '../services/store/artifacts.ts';

/** What the activities of this host stand on: the home, and what the supervisor has set up. */
export async function collectDeps(home: Home): Promise<Deps> {
  const state = await readState(home);
  const cache = cacheDir();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  // A worker that was started by hand, as in a container, has no supervisor that names these.
  const python = state?.binaries.python ?? (await ensurePython(cache, say)).path;
  const named = process.env.OLLAMA_HOST?.replace(/^(?!https?:\/\/)/, 'http://');
  const serving = state?.addresses.ollama ?? named ?? 'http://127.0.0.1:11434';
  const { orchestrator: _, ...own } = queues(home);
  return {
    store: new ArtifactStore(home.store),
    runs: home.runs,
    secrets: home.secrets,
    pins: home.pins,
    // Of this host alone: a home may be shared by several.
    deviceLocks: join(home.root, 'devices', machineId()),
    queues: own,
    host: hostname(),
    python,
    trainerRoot: packageRoot,
    environment: lockDigest(),
    environments: join(cache, 'python'),
    converters: `ollama ${state?.services.ollama?.version ?? pins.ollama.version}, llama.cpp ${pins.llama_cpp.version}`,
    servingVersion: forAMoment(() => new OllamaServer(serving).version()),
    ollama: {
      serving,
      own: state?.addresses.ollamaOwn ?? serving,
      ownModels: process.env.OLLAMA_MODELS ?? home.ollamaModels,
    },
    llamaCpp: (report) => ensureLlamaCpp(cache, report),
    hooks: kindHooks,
  };
}

/** A plan of many evaluations is decided in one go: the answer holds for a second. */
function forAMoment<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | undefined;
  return async () => {
    if (!last || Date.now() - last.at > 1_000) last = { at: Date.now(), answer: ask() };
    const { answer } = last;
    return await answer.catch((error: unknown) => {
      if (last?.answer === answer) last = undefined;
      throw error;
    });
  };
}
