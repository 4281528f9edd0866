import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactStore, type Dropped, type Named, readSmall } from './artifacts.ts';
import { exists, writeDurably } from './durable-files.ts';
import type { Manifest } from './manifest.ts';
import { stagingName } from './staging-folders.ts';

/** What lies in the store under one digest. */
export interface StoredArtifact {
  digest: string;
  /** None where it cannot be read. */
  manifest: Manifest | undefined;
  dropped: Dropped | undefined;
  /** Milliseconds since 1970 at which it was published or last asked for. */
  wantedAt: number;
}

export async function listArtifacts(store: ArtifactStore): Promise<StoredArtifact[]> {
  const names = await readdir(join(store.root, 'artifacts')).catch(() => [] as string[]);
  const artifacts = names.filter((hex) => /^[0-9a-f]{64}$/.test(hex)).sort();
  const found: StoredArtifact[] = [];
  // One after the other: a store may hold more artifacts than a process may open files.
  for (const hex of artifacts) {
    const digest = `sha256:${hex}`;
    const folder = store.folder({ digest });
    found.push({
      digest,
      manifest: await store.manifestOf({ digest }),
      dropped: await readSmall<Dropped>(join(folder, 'dropped.json')),
      wantedAt: await timeOf(join(folder, 'manifest.json')),
    });
  }
  return found;
}

/**
 * Gives up the bytes and keeps the manifest. The mark comes first, so that a crash leaves an artifact that says what it
 * is. Answers the bytes that went: 0 where there were none, or where somebody has asked for it since `wantedSince`.
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
  // An equal artifact may have been published in this very moment: then what was taken are its files.
  if (!(await exists(mark))) {
    await rename(aside, files);
    return 0;
  }
  await rm(aside, { recursive: true, force: true });
  return manifest.size;
}

/** Takes an artifact out, manifest and all. False where somebody has asked for it since `wantedSince`, so that it stays. */
export async function removeArtifact(store: ArtifactStore, artifact: Named, wantedSince: number): Promise<boolean> {
  const folder = store.folder(artifact);
  const aside = await moveAside(store, folder, 'trash');
  if (!aside) return false;
  // Looked at only now: whoever asks for it from here on finds nothing, and makes it anew.
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

/** Renamed first: a kill during the deletion leaves nothing half under an artifact's name. Undefined where there is nothing. */
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

/** When a file was last written or touched; 0 where there is none. */
const timeOf = async (file: string) =>
  await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
