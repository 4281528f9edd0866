import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { which } from './programs.mjs';

/** Unpacks a tar archive, compressed with gzip or zstd, into a folder. */
export async function unpack(archive: string, folder: string): Promise<void> {
  if (!archive.endsWith('.zst')) return await tar(['-xzf', archive, '-C', folder]);
  const zstd = which('zstd');
  const reader = spawn('tar', ['-xf', '-', '-C', folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = end(reader, `unpacking ${archive}`);
  // Node has it from 22.15 on, and the types of Node 20 do not know it.
  const builtIn = (zlib as unknown as { createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress;
  if (zstd) {
    const writer = spawn(zstd, ['-dcq', archive], { stdio: ['ignore', 'pipe', 'pipe'] });
    await Promise.all([pipeline(writer.stdout, reader.stdin), end(writer, `reading ${archive}`), ended]);
  } else if (builtIn) {
    await Promise.all([pipeline(createReadStream(archive), builtIn(), reader.stdin), ended]);
  } else {
    reader.kill();
    throw new Error(`${archive} can be unpacked only with zstd: apt-get install -y zstd, or Node.js 22.15`);
  }
}

const tar = (args: string[]) =>
  end(spawn('tar', args, { stdio: ['ignore', 'ignore', 'pipe'] }), `tar ${args.join(' ')}`);

async function end(child: ReturnType<typeof spawn>, doing: string): Promise<void> {
  let words = '';
  child.stderr?.on('data', (text) => (words = (words + text).slice(-500)));
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) throw new Error(`${doing} ended with ${killedBy ?? code}: ${words.trim()}`);
}
