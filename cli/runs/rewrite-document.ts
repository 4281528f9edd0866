import { realpath, stat } from 'node:fs/promises';
import { writeDurably } from '../../services/store/durable-files.ts';

/** Writes a document anew, whole or not at all. A link stays a link: the file that it names is written. */
export async function rewriteDocument(file: string, text: string): Promise<void> {
  const path = await realpath(file);
  await writeDurably(path, text, { mode: (await stat(path)).mode & 0o777 });
}
