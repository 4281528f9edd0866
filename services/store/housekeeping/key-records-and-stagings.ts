import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestsOf } from '../../runs/step-outcome.ts';
import { sizeOf } from '../durable-files.ts';
import { readJsonFile } from '../json-file.ts';
import type { StepRecord } from '../reuse-index.ts';
import { abandonedStagings } from '../staging-folders.ts';
import { type Found, nothing, ofPath } from './removal.ts';

/** Finds key records whose artifact is gone. A record of a dropped artifact stays: the artifact can be made again. */
export async function findKeyRecords(store: string, remaining: ReadonlySet<string>, since: number): Promise<Found> {
  const found = nothing();
  for (const file of await filesIn(join(store, 'keys'), '.json')) {
    const { mtimeMs, size } = await stat(file);
    const record = await readJsonFile<StepRecord>(file);
    const gone = record ? digestsOf(record).find((digest) => !remaining.has(digest)) : 'unreadable';
    if (gone === undefined || mtimeMs > since) found.kept.push({ kind: 'key record', bytes: size });
    else {
      const reason = record ? `its artifact ${gone.slice(0, 19)} is gone` : 'it cannot be read';
      // Another step may have written its result under the key meanwhile.
      const isNeeded = async () => (await stat(file).catch(() => undefined))?.mtimeMs !== mtimeMs;
      found.removals.push(await ofPath('key record', file, reason, isNeeded));
    }
  }
  return found;
}

/** Finds staging folders of ended processes, and partial files of killed writers. */
export async function findStagings(store: string, since: number, now: number): Promise<Found> {
  const found = nothing();
  const staging = join(store, 'staging');
  const abandoned = await abandonedStagings(staging, now);
  for (const { path, reason } of abandoned) found.removals.push(await ofPath('staging', path, reason));
  const gone = new Set(abandoned.map(({ path }) => path));
  for (const path of await filesIn(staging, ''))
    if (!gone.has(path)) found.kept.push({ kind: 'staging', bytes: await sizeOf(path) });
  // The holder of a claim touches it every 10 s.
  for (const file of await filesIn(join(store, 'claims'), '.json')) {
    if ((await stat(file)).mtimeMs > since) continue;
    found.removals.push(await ofPath('staging', file, 'the step that claimed this key has ended'));
  }
  for (const folder of ['keys', 'served']) {
    for (const file of await filesIn(join(store, folder), '.tmp')) {
      if ((await stat(file)).mtimeMs > since) continue;
      found.removals.push(await ofPath('staging', file, 'its writer was killed'));
    }
  }
  return found;
}

const filesIn = async (folder: string, ending: string): Promise<string[]> => {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
};
