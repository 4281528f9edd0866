import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore, Dropped, Named } from './artifacts.ts';
import { exists, writeDurably } from './durable-files.ts';
import { readJsonFile } from './json-file.ts';
import type { Manifest } from './manifest.ts';
import { stagingName } from './staging-folders.ts';

/** An artifact as the store has it. */
interface StoredArtifact {
  digest: string;
  /** Undefined if it cannot be read. */
  manifest: Manifest | undefined;
  dropped: Dropped | undefined;
  /** When it was published or last requested, in milliseconds since 1970. */
  wantedAt: number;
}

export async function listArtifacts(store: ArtifactStore): Promise<StoredArtifact[]> {
  const names = await readdir(join(store.root, 'artifacts')).catch(() => [] as string[]);
  const artifacts = names.filter((hex) => /^[0-9a-f]{64}$/.test(hex)).sort();
  const found: StoredArtifact[] = [];
  // One at a time: a store may hold more artifacts than a process may have open files.
  for (const hex of artifacts) {
    const digest = `sha256:${hex}`;
    const folder = store.folder({ digest });
    found.push({
      digest,
      manifest: await store.manifestOf({ digest }),
      dropped: await readJsonFile<Dropped>(join(folder, 'dropped.json')),
      wantedAt: await timeOf(join(folder, 'manifest.json')),
    });
  }
  return found;
}

/**
 * Deletes an artifact's bytes and keeps its manifest. Returns the bytes freed: 0 if there were none, or if the artifact
 * was requested after `wantedSince`. Writes `dropped.json` first, so that a crash leaves an artifact marked as dropped.
 */
export async function dropBytes(
  store: ArtifactStore,
  artifact: Named,
  by: string,
  wantedSince = Number.POSITIVE_INFINITY,
): Promise<number> {
  const folder = store.folder(artifact);
  const manifest = await store.manifestOf(artifact);
  if (!manifest) return 0;
  const mark = join(folder, 'dropped.json');
  const files = join(folder, 'files');
  if (!(await exists(mark))) await writeDurably(mark, JSON.stringify({ by, at: new Date().toISOString() }));
  if ((await timeOf(join(folder, 'manifest.json'))) > wantedSince) {
    await rm(mark, { force: true });
    return 0;
  }
  const aside = await moveAside(store, files, 'dropped');
  if (!aside) return 0;
  // A step may have published an equal artifact meanwhile: then these are its files, and they go back.
  if (!(await exists(mark))) {
    await rename(aside, files);
    return 0;
  }
  await rm(aside, { recursive: true, force: true });
  return manifest.size;
}

/** Deletes an artifact and its manifest. Returns false, and keeps it, if it was requested after `wantedSince`. */
export async function removeArtifact(store: ArtifactStore, artifact: Named, wantedSince: number): Promise<boolean> {
  const folder = store.folder(artifact);
  const aside = await moveAside(store, folder, 'trash');
  if (!aside) return false;
  // Read the time only after the rename: a later request finds no artifact and makes it again.
  const isWanted = (await timeOf(join(aside, 'manifest.json'))) > wantedSince;
  const isBack =
    isWanted &&
    (await rename(aside, folder).then(
      () => true,
      () => false,
    ));
  if (!isBack) await rm(aside, { recursive: true, force: true });
  return !isBack;
}

/** Renames first, so that a kill during the deletion leaves no partial artifact under its name. Undefined if there is nothing. */
async function moveAside(store: ArtifactStore, path: string, name: string): Promise<string | undefined> {
  const aside = join(store.staging, stagingName(name));
  await mkdir(store.staging, { recursive: true });
  try {
    await rename(path, aside);
    return aside;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Modification time of a file in milliseconds; 0 if there is none. */
const timeOf = async (file: string) =>
  await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
