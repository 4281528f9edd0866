import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Asset } from './versions.ts';

const patience = 5_000;

/** Whether a vendor's file can be had from here, asked with little patience. */
export async function reachable(url: string): Promise<boolean> {
  return await fetch(url, { method: 'HEAD', redirect: 'follow', signal: AbortSignal.timeout(patience) }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Downloads to `file`; anything but the pinned bytes leaves nothing behind. */
export async function download({ url, sha256 }: Asset, file: string, onProgress: (bytes: number, total: number) => void = () => {}): Promise<void> {
  try {
    const response = await fetch(url, { redirect: 'follow' });
    if (!response.ok || !response.body) throw new Error(`${url} answers ${response.status}`);
    const total = Number(response.headers.get('content-length') ?? 0);
    const hash = createHash('sha256');
    let bytes = 0;
    const source = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream);
    source.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
      onProgress(bytes, total);
    });
    await pipeline(source, createWriteStream(file, { flags: 'w' }));
    const got = hash.digest('hex');
    if (got !== sha256) throw new Error(`${url} has SHA-256 ${got}, not the pinned ${sha256}`);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
