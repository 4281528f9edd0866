import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sizeOf } from '../durable-files.ts';
import { stagingName } from '../staging-folders.ts';

export const kinds = [
  'artifact',
  'bytes of an artifact',
  'published checkpoints',
  'work folder',
  'quarantine',
  'key record',
  'written rows',
  'staging',
  'staging model',
] as const;
type RemovalKind = (typeof kinds)[number];

/** Something that nothing refers to, and how to delete it. */
export interface Removal {
  kind: RemovalKind;
  /** A path, or the name of an artifact or model. */
  name: string;
  bytes: number;
  reason: string;
  /** Returns the bytes freed; undefined if it is in use again and stays. */
  carryOut: () => Promise<number | undefined>;
}

/** Something that stays; the summary shows how much disk it takes. */
export interface Kept {
  kind: RemovalKind;
  bytes: number;
}

export interface Found {
  removals: Removal[];
  kept: Kept[];
  /** Lines about servers that could not be asked; what they may use stays. */
  notes: string[];
}

export const nothing = (): Found => ({ removals: [], kept: [], notes: [] });

/** Renames a folder before deleting it, so that a kill leaves no partial folder under its name. */
async function removePath(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (!isFolder) return await rm(path, { force: true });
  const aside = join(dirname(path), stagingName('trash'));
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

/** A removal of a file or folder. `isNeeded` is asked right before the deletion. */
export async function ofPath(
  kind: RemovalKind,
  path: string,
  reason: string,
  isNeeded: () => Promise<boolean> = async () => false,
): Promise<Removal> {
  const bytes = await sizeOf(path);
  const carryOut = async () => {
    if (await isNeeded()) return undefined;
    await removePath(path);
    return bytes;
  };
  return { kind, name: path, bytes, reason, carryOut };
}
