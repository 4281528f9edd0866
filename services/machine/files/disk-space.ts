import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { TemperError } from '../../../core/errors/temper-error.ts';

/** Disk space that a step needs, in bytes, and the path it will write to. */
interface SpaceNeeded {
  path: string;
  bytes: number;
}

/** Throws DISK_FULL if the space is not there. Needs on the same file system add up. */
export async function checkRoom(what: string, wanted: readonly SpaceNeeded[]): Promise<void> {
  const places = new Map<number, SpaceNeeded & { free: number }>();
  for (const { path, bytes } of wanted) {
    if (bytes <= 0) continue;
    const { free, device } = await spaceAt(path);
    const other = places.get(device);
    places.set(device, { path: other?.path ?? path, free, bytes: bytes + (other?.bytes ?? 0) });
  }
  for (const { path, free, bytes } of places.values()) {
    if (free >= bytes) continue;
    throw new TemperError('DISK_FULL', `${what} needs ${prettyBytes(bytes)} at ${path}; ${prettyBytes(free)} are free`);
  }
}

/** Bytes that this user may still write at a path, or at the nearest folder above it that exists. */
export const freeBytes = async (path: string): Promise<number> => (await spaceAt(path)).free;

/** Bytes that this user may still write at a path. Looks at the nearest folder that exists. */
async function spaceAt(path: string): Promise<{ free: number; device: number }> {
  try {
    const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(path), stat(path)]);
    return { free: bavail * bsize, device: dev };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return await spaceAt(dirname(path));
  }
}
