import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writtenRowsFolder } from '../written-rows.ts';
import { type Found, nothing, ofPath } from './removal.ts';

/** A model may have written for a day, so what it wrote stays for half a year after its last use. Days. */
const daysKept = 180;

/** Finds what models wrote of documents that no step has read for long. It can be written anew. */
export async function findWrittenRows(store: string, now: number): Promise<Found> {
  const found = nothing();
  const folder = writtenRowsFolder(store);
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const file = join(folder, name);
    const facts = await stat(file).catch(() => undefined);
    if (!facts) continue;
    const isOld = (mtimeMs: number) => now - mtimeMs > daysKept * 86_400_000;
    if (!isOld(facts.mtimeMs)) found.kept.push({ kind: 'written rows', bytes: facts.size });
    else {
      const isNeeded = async () => !isOld((await stat(file).catch(() => facts)).mtimeMs);
      found.removals.push(await ofPath('written rows', file, `no step has read it for ${daysKept} days`, isNeeded));
    }
  }
  return found;
}
