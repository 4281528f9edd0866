import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openUrl } from './reach.ts';

/** Fetches a file whose digest is known; under its name there is only ever the whole and right one. */
export async function download(options: {
  url: string;
  sha256: string;
  to: string;
  env?: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal | undefined;
  onBytes?: (got: number, total: number | undefined) => void;
}): Promise<void> {
  const { url, sha256, to, env, signal, onBytes } = options;
  const aside = `${to}.partial`;
  const answer = await openUrl(url, { ...(env ? { env } : {}), ...(signal ? { signal } : {}) });
  const total = Number(answer.headers['content-length']) || undefined;
  const hash = createHash('sha256');
  let got = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      got += chunk.length;
      onBytes?.(got, total);
      done(null, chunk);
    },
  });
  try {
    await pipeline(answer.body, counted, createWriteStream(aside), signal ? { signal } : {});
    if (total !== undefined && got !== total) throw new Error(`${got} of ${total} bytes came`);
    const digest = hash.digest('hex');
    if (digest !== sha256)
      throw new Error(`its SHA-256 is ${digest}, not ${sha256}: it was changed on the way or by its vendor`);
    await rename(aside, to);
  } catch (error) {
    await rm(aside, { force: true });
    signal?.throwIfAborted();
    throw new Error(`the download of ${url} failed after ${got} bytes: ${(error as Error).message}`, { cause: error });
  }
}
