import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { lstat, mkdtemp, readdir, readlink, realpath, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { which } from '../programs/find-program.ts';

/**
 * Unpacks a tar archive, compressed with gzip or zstd, into a folder: all of it, or nothing and the reason.
 * An archive with a link that leads out of the folder, a pipe or a device is refused.
 */
export async function unpack(archive: string, folder: string): Promise<void> {
  const aside = await mkdtemp(join(folder, '.unpacking-'));
  try {
    if (archive.endsWith('.zst')) await extractZstd(archive, aside);
    else await end(extract(['-xzf', archive], aside), `unpacking ${archive}`);
    await refuseWhatLeadsOut(aside);
    const names = await readdir(aside);
    if (names.length === 0) throw new Error(`${archive} holds nothing`);
    for (const name of names) await rename(join(aside, name), join(folder, name));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Tar itself writes to no place above the folder. `-o`: what root unpacks belongs to root, not to a stranger's number. */
function extract(args: string[], folder: string) {
  return spawn('tar', [...args, '-o', '-C', folder], { stdio: ['pipe', 'ignore', 'pipe'] });
}

async function extractZstd(archive: string, folder: string): Promise<void> {
  const zstd = which('zstd');
  // Node has it from 22.15 on, and the types of Node 20 do not know it.
  const builtIn = (zlib as unknown as { createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress;
  if (!zstd && !builtIn)
    throw new Error(`${archive} can be unpacked only with zstd: apt-get install -y zstd, or Node.js 22.15`);
  const reader = extract(['-xf', '-'], folder);
  const ended = end(reader, `unpacking ${archive}`);
  if (zstd) {
    const writer = spawn(zstd, ['-dcq', archive], { stdio: ['ignore', 'pipe', 'pipe'] });
    await all([end(writer, `reading ${archive}`), ended, pipeline(writer.stdout, reader.stdin!)]);
  } else {
    await all([ended, pipeline(createReadStream(archive), builtIn!(), reader.stdin!)]);
  }
}

/** Waits for every part even where one fails, so that nothing is still being written when the folder is removed. */
async function all(parts: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected');
  if (failed) throw failed.reason;
}

async function refuseWhatLeadsOut(folder: string): Promise<void> {
  const root = await realpath(folder);
  for (const name of await readdir(root, { recursive: true })) {
    const path = join(root, name);
    const facts = await lstat(path);
    if (facts.isSymbolicLink()) {
      const target = await readlink(path);
      const reached = relative(root, resolve(dirname(path), target));
      if (isAbsolute(target) || reached === '..' || reached.startsWith(`..${sep}`))
        throw new Error(`the archive holds a link that leads out of it: ${name} to ${target}`);
    } else if (!facts.isFile() && !facts.isDirectory())
      throw new Error(`the archive holds a pipe or a device: ${name}`);
  }
}

async function end(child: ReturnType<typeof spawn>, doing: string): Promise<void> {
  let words = '';
  child.stderr?.on('data', (text) => (words = (words + text).slice(-500)));
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) throw new Error(`${doing} ended with ${killedBy ?? code}: ${words.trim()}`);
}
