import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stagingName } from './staging-folders.ts';

export const writtenRowsFolder = (store: string): string => join(store, 'written-rows');
const place = (store: string, key: string) => join(writtenRowsFolder(store), `${key}.json`);

/**
 * What a model wrote of one chunk of a document, by a hash of all that it was asked. A step that was killed goes on with
 * them, and so does every later run. A file is complete or missing; one that a crash cost is asked for again.
 */
export async function writeWrittenRows(store: string, key: string, written: unknown): Promise<void> {
  const aside = join(store, 'staging', stagingName('written-rows'));
  await mkdir(writtenRowsFolder(store), { recursive: true });
  await mkdir(join(store, 'staging'), { recursive: true });
  await writeFile(aside, JSON.stringify(written));
  await rename(aside, place(store, key));
}

/** Undefined where nothing is kept. `gc` removes what has not been read for long, so each reading is noted. */
export async function readWrittenRows(store: string, key: string): Promise<unknown> {
  const file = place(store, key);
  try {
    const written: unknown = JSON.parse(await readFile(file, 'utf8'));
    const now = new Date();
    await utimes(file, now, now).catch(() => {});
    return written;
  } catch {
    return undefined;
  }
}
