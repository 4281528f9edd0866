import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../services/machine/home.ts';
import { exists, hashText } from '../../services/store/durable-files.ts';
import { root } from '../rig/temper.ts';

const maker = join(root, 'test/trainer/tiny_model.py');

/** The folder of a base model that is small enough for a test; made once for each version of its maker and kept in the cache. */
export async function tinyBase(python: string): Promise<string> {
  const folder = join(cacheDir(), `tiny-base-${hashText(await readFile(maker, 'utf8')).slice(0, 16)}`);
  if (await exists(folder)) return folder;
  const making = await mkdtemp(`${folder}.`);
  await promisify(execFile)(python, [maker, making]);
  // Another process may have been faster; its base is equal.
  await rename(making, folder).catch(() => {});
  return folder;
}
