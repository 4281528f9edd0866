import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle, Json } from '../../core/handles.ts';
import { writeDurably } from '../store/durable-files.ts';

/** Where a model in Ollama came from: kept under its digest, since tags move and a copy has the same digest. */
export interface ServedModel {
  name: string;
  gguf: Handle;
  /** Handles and digests of what it was made from, as far as its artifacts tell. */
  lineage: Readonly<Record<string, Json | Handle>>;
  proof: Handle;
  /** When it was made first; equal bytes may be imported again. */
  createdAt: string;
}

const place = (store: string, digest: string) => join(store, 'served', `${digest.replace('sha256:', '')}.json`);

export async function writeServed(store: string, digest: string, served: ServedModel): Promise<void> {
  const { createdAt } = (await readServed(store, digest)) ?? served;
  await writeDurably(place(store, digest), `${JSON.stringify({ ...served, createdAt }, null, 1)}\n`);
}

/** Undefined for a model that temper did not make, or made in another home. */
export async function readServed(store: string, digest: string): Promise<ServedModel | undefined> {
  return await readFile(place(store, digest), 'utf8').then(
    (text) => JSON.parse(text) as ServedModel,
    () => undefined,
  );
}

/** Of all models that temper has made in this home, whether or not Ollama still has them, by their digests. */
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
