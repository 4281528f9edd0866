import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Say } from '../../machine/report.ts';
import type { Setup } from '../context.ts';
import { download } from '../fetch/download.ts';
import { unpack } from '../fetch/unpack.ts';
import type { VendorPin } from '../versions.ts';
import { assetFor, canUnpack, isProgram } from './find-program.ts';

/** Puts what the vendor's archive for this platform holds into a folder; its name. */
export async function fetchArchive(
  setup: Setup,
  { part, pin }: { part: string; pin: VendorPin },
  folder: string,
  say: Say,
): Promise<string> {
  const asset = assetFor(pin);
  if (!asset) throw new Error(`no archive with a known digest is pinned for ${process.platform}-${process.arch}`);
  if (!canUnpack(asset.url, setup.env)) throw new Error('zstd is not installed');
  const name = basename(new URL(asset.url).pathname);
  const file = join(folder, name);
  try {
    say('asking its vendor for it');
    await download({
      ...asset,
      to: file,
      env: setup.env,
      signal: setup.signal,
      onBytes: (got, total) =>
        say('downloading', `${Math.round(got / 1e6)} of ${Math.round((total ?? pin.megabytes * 1e6) / 1e6)} MB`),
    });
    say('unpacking it');
    await unpack(file, folder);
  } finally {
    await rm(file, { force: true });
  }
  // Temporal's archive, and Ollama's for macOS, have the program at their top.
  const top = join(folder, part);
  if (isProgram(top)) {
    await mkdir(join(folder, 'bin'), { recursive: true });
    await rename(top, join(folder, 'bin', part));
  }
  return name;
}
