import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle, Json } from '../../core/handles.ts';
import { writeDurably } from '../store/durable-files.ts';

/** Where a model in Ollama came from. Stored under the model's digest: tags move, and a copy has the same digest. */
export interface ServedModel {
  name: string;
  gguf: Handle;
  /** Handles and digests of its inputs, from the manifests of its artifacts. */
  lineage: Readonly<Record<string, Json | Handle>>;
  proof: Handle;
  /** Time of the first import; equal bytes may be imported again. */
  createdAt: string;
}

const place = (store: string, digest: string) => join(store, 'served', `${digest.replace('sha256:', '')}.json`);

export async function writeServed(store: string, digest: string, served: ServedModel): Promise<void> {
  const { createdAt } = (await readServed(store, digest)) ?? served;
  await writeDurably(place(store, digest), `${JSON.stringify({ ...served, createdAt }, null, 1)}\n`);
}

/** Undefined for a model that this home did not make. */
export async function readServed(store: string, digest: string): Promise<ServedModel | undefined> {
  return await readFile(place(store, digest), 'utf8').then(
    (text) => JSON.parse(text) as ServedModel,
    () => undefined,
  );
}

/** All models that this home made, by digest, whether or not Ollama still has them. */
export async function readAllServed(store: string): Promise<Record<string, ServedModel>> {
  const names = await readdir(join(store, 'served')).catch(() => [] as string[]);
  const found: Record<string, ServedModel> = {};
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const digest = `sha256:${name.replace(/\.json$/, '')}`;
    const served = await readServed(store, digest);
    if (served) found[digest] = served;
  }
  return found;
}
