import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deps } from '../../activities/engine/deps.ts';
import { kindHooks } from '../../activities/index.ts';
import type { StepInput } from '../../protocol/activities.ts';
import { cacheDir } from '../../services/machine/home.ts';
import { ensureDocuments } from '../../services/setup/python/documents.ts';
import { ensurePython } from '../../services/setup/python/environment.ts';
import { ensureTracker } from '../../services/setup/python/trackers.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';

const noLlamaCpp: Deps['llamaCpp'] = async () => {
  throw new Error('this test has no llama.cpp');
};

/** What activities stand on, in a fresh folder; no server is running behind it. */
export async function makeDeps(over: Partial<Deps> = {}): Promise<Deps & { root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'temper-deps-'));
  const folders = { runs: join(root, 'runs'), secrets: join(root, 'secrets'), pins: join(root, 'pins') };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  return {
    root,
    store: new ArtifactStore(join(root, 'store')),
    ...folders,
    deviceLocks: join(root, 'devices'),
    queues: { gpu: 'gpu', cpu: 'cpu', host: 'host' },
    host: 'test-host',
    python: (await ensurePython(cacheDir(), () => {})).path,
    trainerRoot: fileURLToPath(new URL('../..', import.meta.url)),
    documents: async (signal) => await ensureDocuments(cacheDir(), signal),
    tracker: async (name, signal) => await ensureTracker(cacheDir(), name, signal),
    runLink: () => undefined,
    environment: 'test',
    environments: join(root, 'environments'),
    converters: 'test',
    servingVersion: async () => 'test',
    ollama: { serving: 'http://127.0.0.1:9', own: 'http://127.0.0.1:9', ownModels: join(root, 'models') },
    llamaCpp: noLlamaCpp,
    converter: async (report) => await (over.llamaCpp ?? noLlamaCpp)(report),
    hooks: kindHooks,
    ...over,
  };
}

export function stepInput(over: Partial<StepInput>): StepInput {
  return {
    runId: 'test-20260101-000000-aaaa',
    step: 'step',
    uses: 'run',
    with: {},
    pins: { files: {}, bases: {}, models: {} },
    reuse: true,
    maxAttempts: 3,
    ...over,
  };
}
