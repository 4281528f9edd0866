import { constants, copyFile, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withFiles } from '../../core/card/modelfile.ts';
import type { FoundFile } from './find-files.ts';

/** What an exported folder holds. */
export interface Export {
  modelfile: string;
  files: readonly (FoundFile & { found: string })[];
  /** The folder of the adapter artifact, where the store has it. */
  adapter: string | undefined;
  card: string;
}

export const isEmptyFolder = async (path: string): Promise<boolean> =>
  await readdir(path).then(
    (names) => names.length === 0,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return true;
      throw error;
    },
  );

/** Writes the folder aside and renames it: one that is there is whole. On file systems that can, weights are not copied twice. */
export async function writeExport(folder: string, { modelfile, files, adapter, card }: Export): Promise<void> {
  const aside = join(dirname(folder), `.${basename(folder)}.${process.pid}.partial`);
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  try {
    for (const { name, found } of files) await copyFile(found, join(aside, name), constants.COPYFILE_FICLONE);
    if (adapter !== undefined) await cp(adapter, join(aside, 'adapter'), { recursive: true });
    await writeFile(join(aside, 'Modelfile'), withFiles(modelfile, files));
    await writeFile(join(aside, 'README.md'), card);
    // An empty folder may be there; a rename replaces that, and nothing else.
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
