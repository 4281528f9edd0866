import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { markOf } from '../machine/process-mark.ts';
import { hashText } from './durable-files.ts';

/** A folder whose process cannot be asked for, since it ran on another host, is left behind when nothing was written for this long. */
const longestSilence = 7 * 24 * 3_600_000;

const shortHash = (text: string) => hashText(text).slice(0, 12);

let own: string | undefined;

/**
 * A name that tells which process works in the folder, so that what a killed one left can be told from work under way.
 * The mark stands in the name, since a file inside would have to be written after the folder is there.
 */
export function stagingName(name: string): string {
  own ??= [hostname(), process.pid, shortHash(markOf(process.pid)?.start ?? '')].join('~');
  // A file system takes 255 bytes; what makes it unique must not be cut off.
  return `${name.slice(0, 100)}~${own}~${randomUUID()}`;
}

export interface Abandoned {
  path: string;
  reason: string;
}

/** Folders below `staging/` in which nobody works any more. `now` in milliseconds since 1970. */
export async function abandonedStagings(staging: string, now: number): Promise<Abandoned[]> {
  const names = await readdir(staging).catch(() => [] as string[]);
  const found = await Promise.all(
    names.map(async (name): Promise<Abandoned[]> => {
      const path = join(staging, name);
      const [, host, pid, start] = name.split('~');
      if (host === hostname() && pid !== undefined) {
        const alive = shortHash(markOf(Number(pid))?.start ?? 'gone') === start;
        return alive ? [] : [{ path, reason: `the process that worked in it (${pid}) is gone` }];
      }
      const silent = now - (await lastWrite(path));
      const days = Math.floor(silent / 86_400_000);
      return silent < longestSilence ? [] : [{ path, reason: `nothing was written in it for ${days} days` }];
    }),
  );
  return found.flat();
}

/** Removes what killed processes of this host left; tells how many folders went. */
export async function sweepStagings(staging: string, now: number = Date.now()): Promise<number> {
  const abandoned = await abandonedStagings(staging, now);
  for (const { path } of abandoned) await rm(path, { recursive: true, force: true });
  return abandoned.length;
}

async function lastWrite(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return Number.POSITIVE_INFINITY;
  if (!facts.isDirectory()) return facts.mtimeMs;
  const inner = await Promise.all((await readdir(path)).map((name) => lastWrite(join(path, name))));
  return Math.max(facts.mtimeMs, ...inner.filter(Number.isFinite));
}
