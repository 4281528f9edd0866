import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { machineId } from '../machine/machine-id.ts';
import { markOf } from '../machine/process-mark.ts';
import { hashText } from './durable-files.ts';

/** A staging folder of another host is abandoned when nothing was written in it for this long: its process cannot be checked from here. */
const maxSilenceMs = 7 * 24 * 3_600_000;

const shortHash = (text: string) => hashText(text).slice(0, 12);

let own: string | undefined;

/**
 * Makes a folder name that contains the mark of this process, so that leftovers of a killed process can be told from
 * work under way. A file inside could carry the mark too, but only after the folder exists.
 */
export function stagingName(name: string): string {
  own ??= [machineId(), process.pid, shortHash(markOf(process.pid)?.start ?? '')].join('~');
  // File names have at most 255 bytes; the unique part must not be cut off.
  return `${name.slice(0, 100)}~${own}~${randomUUID()}`;
}

interface Abandoned {
  path: string;
  reason: string;
}

/** Folders below `staging/` that no process uses any more. `now` in milliseconds since 1970. */
export async function abandonedStagings(staging: string, now: number): Promise<Abandoned[]> {
  const names = await readdir(staging).catch(() => [] as string[]);
  const found = await Promise.all(
    names.map(async (name): Promise<Abandoned[]> => {
      const path = join(staging, name);
      const [, machine, pid, start] = name.split('~');
      if (machine === machineId() && pid !== undefined) {
        const alive = shortHash(markOf(Number(pid))?.start ?? 'gone') === start;
        return alive ? [] : [{ path, reason: `its process (${pid}) has ended` }];
      }
      const silent = now - (await lastWrite(path));
      const days = Math.floor(silent / 86_400_000);
      return silent < maxSilenceMs ? [] : [{ path, reason: `nothing was written in it for ${days} days` }];
    }),
  );
  return found.flat();
}

/** Removes abandoned staging folders. Returns how many. */
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
