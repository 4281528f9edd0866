import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { ArtifactKind, Handle, Json } from '../../core/handles.ts';
import { canonicalJson } from '../../core/json.ts';
import { hashFile, hashText, listFiles, syncFile } from './durable-files.ts';

/** Describes an artifact. The digest covers kind, files and meta, and nothing that differs between equal artifacts. */
export interface Manifest {
  version: 1;
  kind: ArtifactKind;
  digest: string;
  size: number;
  files: { path: string; size: number; sha256: string }[];
  /** Lineage: handles and digests of its inputs. */
  meta: Readonly<Record<string, Json | Handle>>;
  /** Modification time of each file, in milliseconds: a cheap sign of tampering, outside the digest. */
  written: Readonly<Record<string, number>>;
}

/** `sha256:…` over kind, files and meta. */
export const digestOf = ({ kind, files, meta }: Pick<Manifest, 'kind' | 'files' | 'meta'>): string =>
  `sha256:${hashText(canonicalJson({ kind, files, meta }))}`;

/** Makes the manifest of a folder. Syncs every file and reads every byte. */
export async function manifestOfFiles(
  folder: string,
  kind: ArtifactKind,
  meta: Manifest['meta'],
  signal?: AbortSignal,
): Promise<Manifest> {
  const files: Manifest['files'] = [];
  const written: Record<string, number> = {};
  for (const path of await listFiles(folder)) {
    const whole = join(folder, path);
    await syncFile(whole);
    const facts = await stat(whole);
    files.push({ path, size: facts.size, sha256: await hashFile(whole, signal) });
    written[path] = facts.mtimeMs;
  }
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return { version: 1, kind, digest: digestOf({ kind, files, meta }), size, files, meta, written };
}

/** Undefined if the text is not JSON. The caller compares the digest. */
export function readManifest(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined;
  }
}

/** All folders of these files, the deepest first: each must be synced before the names in it are durable. */
export function foldersOf(files: Manifest['files']): string[] {
  const folders = new Set(['.']);
  for (const { path } of files)
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  return [...folders].sort((a, b) => b.length - a.length);
}
