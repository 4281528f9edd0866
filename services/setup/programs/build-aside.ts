import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { claimPatiently } from '../../machine/claim.ts';

export interface Build {
  /** Where the result belongs; it is there only when it is whole. */
  folder: string;
  isReady: () => boolean;
  /** Fills the folder it is given, and throws unless the result works there. */
  make: (aside: string) => Promise<void>;
  /** Called when another process is at it. */
  waiting?: () => void;
  signal?: AbortSignal | undefined;
}

/** Makes a folder of the cache once: built beside its place and renamed, by one process of this machine at a time. */
export async function buildAside({ folder, isReady, make, waiting, signal }: Build): Promise<'cached' | 'made'> {
  if (isReady()) return 'cached';
  await mkdir(dirname(folder), { recursive: true });
  const held = await claimPatiently(`build ${folder}`, waiting, signal);
  try {
    if (isReady()) return 'cached';
    const prefix = `.${basename(folder)}.partial-`;
    // With the name held, whatever lies here was left by a process that is gone.
    for (const left of await readdir(dirname(folder))) {
      if (left.startsWith(prefix)) await rm(join(dirname(folder), left), { recursive: true, force: true });
    }
    const aside = join(dirname(folder), `${prefix}${process.pid}`);
    await mkdir(aside);
    try {
      await make(aside);
      if (existsSync(folder)) await rm(folder, { recursive: true, force: true });
      await rename(aside, folder);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    return 'made';
  } finally {
    await held.release();
  }
}
