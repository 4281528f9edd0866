import { readFile } from 'node:fs/promises';

/** Reads a small JSON file; undefined if it is missing or not complete. */
export async function readJsonFile<T>(file: string): Promise<T | undefined> {
  return await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as T,
    () => undefined,
  );
}
