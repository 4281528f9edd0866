import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Deps } from '../activities/engine/deps.ts';
import { kindHooks } from '../activities/index.ts';
import { cacheDir, type Home, queues } from '../services/machine/home.ts';
import { machineId } from '../services/machine/machine-id.ts';
import { packageRoot } from '../services/machine/package-root.ts';
import { OllamaServer } from '../services/ollama/server.ts';
import { namedOllama, pathSetting, usualOllama } from '../services/settings/settings.ts';
import { ensureConverter, ensureLlamaCpp } from '../services/setup/llama-cpp/ensure.ts';
import { ensureDocuments } from '../services/setup/python/documents.ts';
import { ensurePython, lockDigest } from '../services/setup/python/environment.ts';
import { ensureTracker } from '../services/setup/python/trackers.ts';
import { pins } from '../services/setup/versions.ts';
import { readState } from '../services/stack/state.ts';
import { ArtifactStore } from '../services/store/artifacts.ts';
import { runLink } from '../services/temporal/run-link.ts';

/** What the activities of this host stand on: the home, and what the supervisor has set up. */
export async function collectDeps(home: Home, say: (line: string) => void = printLine): Promise<Deps> {
  const state = await readState(home);
  const cache = cacheDir();
  // A worker that was started by hand, as in a container, has no supervisor that names these.
  const python = state?.binaries.python ?? (await ensurePython(cache, say)).path;
  const serving = state?.addresses.ollama || (namedOllama(process.env)?.url ?? usualOllama);
  const own = state?.addresses.ollamaOwn;
  const { orchestrator: _, ...hostQueues } = queues(home);
  return {
    store: new ArtifactStore(home.store),
    runs: home.runs,
    secrets: home.secrets,
    pins: home.pins,
    // Of this host alone: a home may be shared by several.
    deviceLocks: join(home.root, 'devices', machineId()),
    queues: hostQueues,
    host: hostname(),
    python,
    trainerRoot: packageRoot,
    documents: (signal) => ensureDocuments(cache, signal),
    tracker: (name, signal) => ensureTracker(cache, name, signal),
    runLink: (runId) => runLink({ ui: state?.addresses.temporalUi, namespace: state?.temporal.namespace }, runId),
    environment: lockDigest(),
    environments: join(cache, 'python'),
    converters: `ollama ${state?.services.ollama?.version ?? pins.ollama.version}, llama.cpp ${pins.llama_cpp.version}`,
    servingVersion: forAMoment(() => new OllamaServer(serving).version()),
    // OLLAMA_MODELS is about the person's server, which converts only for a worker that has no other.
    ollama: own
      ? { serving, own, ownModels: home.ollamaModels }
      : { serving, own: serving, ownModels: pathSetting('OLLAMA_MODELS', process.env) ?? home.ollamaModels },
    llamaCpp: (report) => ensureLlamaCpp(cache, report),
    converter: (report) => ensureConverter(cache, report),
    hooks: kindHooks,
  };
}

const printLine = (line: string) => process.stdout.write(`${line}\n`);

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
