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
  'staging',
  'staging model',
] as const;
export type RemovalKind = (typeof kinds)[number];

/** One thing that nothing refers to, and how it goes. */
export interface Removal {
  kind: RemovalKind;
  /** A path, or the name of what lies under no path of its own. */
  name: string;
  bytes: number;
  reason: string;
  /** Answers the bytes that went; undefined where somebody has come to need it meanwhile. */
  carryOut: () => Promise<number | undefined>;
}

/** One thing that stays, so that a person sees what the rest of the disk is for. */
export interface Kept {
  kind: RemovalKind;
  bytes: number;
}

export interface Found {
  removals: Removal[];
  kept: Kept[];
  /** What could not be looked at, and is left alone therefore. */
  notes: string[];
}

export const nothing = (): Found => ({ removals: [], kept: [], notes: [] });

/** A folder is renamed first, beside where it lies: a kill in the middle leaves nothing half under its name. */
export async function removePath(path: string): Promise<void> {
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

/** A removal of a folder or file, unless `isNeeded` says at the last moment that it is used again. */
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
