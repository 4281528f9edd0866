import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a small file so that a crash leaves the old one or the new one, never a part. */
export async function writeDurably(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${randomUUID()}.tmp`;
  const file = await open(aside, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await rename(aside, path);
  } catch (error) {
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

/** A rename is durable only when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  await syncFile(path);
}

/** SHA-256 of a file's bytes, in hex, streamed. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Regular files below a folder, as sorted relative paths with `/`. A link or a special file is an error: an artifact holds bytes. */
export async function listFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) found.push(path);
      else throw new Error(`${join(root, path)} is neither a file nor a directory`);
    }
  };
  await visit('');
  return found.sort();
}

/** Copies a file or a tree; on file systems that can, the bytes are shared until one side changes. */
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
