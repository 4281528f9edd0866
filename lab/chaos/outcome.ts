import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Handle, isHandle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Home } from '../../services/machine/home.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { readState } from '../../services/stack/state.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import { eventually } from '../../test/rig/eventually.ts';
import { servedName } from './document.ts';

/** The result of a run as names and digests; equal for equal results, whatever faults the run met. */
export type Outcome = Readonly<Record<string, string>>;

/** Reports contain times, which differ from run to run. Ollama's digest covers the path of its store. */
const differing = new Set(['seconds', 'proof', 'report', 'digest']);

/** Reads every byte that the run made, and the models that Ollama serves. */
export async function outcomeOf(home: Home, state: RunState): Promise<Outcome> {
  const store = new ArtifactStore(home.store);
  const found: Record<string, string> = {};
  for (const [id, { outputs }] of Object.entries(state.steps)) {
    for (const [name, value] of Object.entries(outputs ?? {})) {
      if (differing.has(name)) continue;
      // The manifest of a checkpoint contains its attempt; the adapter is compared instead.
      if (isHandle(value) && (value.kind === 'checkpoints' || value.kind === 'ollama')) continue;
      if (!isHandle(value)) found[`${id}.${name}`] = JSON.stringify(value);
      else for (const { path, sha256 } of await filesOf(store, value)) found[`${id}.${name}/${path}`] = sha256;
    }
  }
  for (const needed of ['best.adapter/', 'merged.model/', 'gguf.gguf/'])
    if (!Object.keys(found).some((name) => name.startsWith(needed))) throw new Error(`the run has no ${needed}…`);
  return { ...found, ...(await servedOf(home, state.steps.serve?.outputs?.model as Handle | undefined)) };
}

/** Reads and verifies every byte; for dropped artifacts, takes the digests from the manifest. */
async function filesOf(store: ArtifactStore, handle: Handle): Promise<Manifest['files']> {
  if ((await store.condition(handle)) === 'dropped') return (await store.manifestOf(handle))!.files;
  return (await store.open(handle, { verify: true })).manifest.files;
}

/** Digests of the served model's config and layers, and the names of all models. */
async function servedOf(home: Home, promoted: Handle | undefined): Promise<Outcome> {
  // The last fault may have hit Ollama, which may still be restarting.
  const models = await eventually(
    'Ollama to answer',
    async () => await new OllamaServer((await readState(home))!.addresses.ollama).models().catch(() => undefined),
  );
  const served = models.find(({ name }) => name === servedName);
  const found: Record<string, string> = {
    'models in Ollama': models
      .map(({ name }) => name)
      .sort()
      .join(' '),
    'the promoted model is served': String(served !== undefined && served.digest === promoted?.digest),
  };
  if (!served) return found;
  const folder = join(home.ollamaModels, 'manifests', 'registry.ollama.ai', 'library', ...servedName.split(':'));
  const { config, layers } = JSON.parse(await readFile(folder, 'utf8')) as { config: Layer; layers: Layer[] };
  for (const { mediaType, digest } of [config, ...layers]) {
    const bytes = await readFile(join(home.ollamaModels, 'blobs', digest.replace(':', '-')));
    found[`${servedName} ${mediaType}`] = createHash('sha256').update(bytes).digest('hex');
  }
  return found;
}

interface Layer {
  mediaType: string;
  digest: string;
}

/** Names whose values differ. */
export function differences(a: Outcome, b: Outcome): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort();
}
