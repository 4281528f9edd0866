import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';

/**
 * Writes a small file so that a crash leaves the old one or the new one, never a part. `aside`: the temporary file, on
 * the same file system; a kill may leave it behind. By default it lies beside the file.
 */
export async function writeDurably(
  path: string,
  text: string,
  { mode = 0o644, aside = `${path}.${randomUUID()}.tmp` }: { mode?: number; aside?: string } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(dirname(aside), { recursive: true });
  const file = await open(aside, 'wx', mode);
  try {
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    // Otherwise every try on a full disk would leave a partial file.
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames within the folder durable. */
export async function syncFolder(path: string): Promise<void> {
  await syncFile(path);
}

const hashChunkBytes = 1 << 20;

/** SHA-256 of a file's bytes, in hex. Uses one buffer: the many buffers of a stream would burden the garbage collector. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(hashChunkBytes, (await file.stat()).size + 1));
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Files below a folder, as sorted relative paths with `/`. Throws SPECIAL_FILE for links, pipes and devices. `follow`
 * reads the targets of links, as a snapshot in the Hub's cache needs, and throws if two paths lead to one folder.
 */
export async function listFiles(root: string, links: 'refuse' | 'follow' = 'refuse'): Promise<string[]> {
  const found: string[] = [];
  const entered = new Map<string, string>();
  const visit = async (folder: string): Promise<void> => {
    const here = join(root, folder);
    const real = await realpath(here);
    const before = entered.get(real);
    // Links may form a circle, or lead to one folder by a million paths.
    if (before !== undefined) throw new TemperError('SPECIAL_FILE', `${here} leads to the same folder as ${before}`);
    entered.set(real, here);
    for (const entry of await readdir(here, { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      const kind = links === 'follow' && entry.isSymbolicLink() ? await targetOf(join(root, path)) : entry;
      if (kind.isDirectory()) await visit(path);
      else if (kind.isFile()) found.push(path);
      else throw await specialFile(join(root, path));
    }
  };
  await visit('');
  return found.sort();
}

async function targetOf(link: string): Promise<Stats> {
  return await stat(link).catch(async () => {
    throw new TemperError('SPECIAL_FILE', `${link} is a link to ${await readlink(link)}, which cannot be read`);
  });
}

/** An error for a path that is neither a file nor a folder. */
export async function specialFile(path: string): Promise<TemperError> {
  const facts = await lstat(path);
  const target = facts.isSymbolicLink() ? ` to ${await readlink(path)}` : '';
  const kind = facts.isSymbolicLink()
    ? 'link'
    : facts.isFIFO()
      ? 'named pipe'
      : facts.isSocket()
        ? 'socket'
        : 'device or another special file';
  return new TemperError('SPECIAL_FILE', `${path} is a ${kind}${target}; a file or a folder is needed`);
}

/** Copies a file or a tree. Shares the bytes where the file system can (copy on write). */
export async function copyTree(from: string, to: string): Promise<void> {
  const facts = await stat(from);
  if (facts.isFile()) {
    await mkdir(dirname(to), { recursive: true });
    return await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
  await mkdir(to, { recursive: true });
  for (const path of await listFiles(from)) await copyTree(join(from, path), join(to, path));
}

export async function linkTo(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

/** Total size of the files below a path, in bytes; 0 if there is nothing. */
export async function sizeOf(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return 0;
  if (!facts.isDirectory()) return facts.size;
  const inner = await Promise.all((await readdir(path).catch(() => [])).map((name) => sizeOf(join(path, name))));
  return inner.reduce((sum, size) => sum + size, 0);
}
