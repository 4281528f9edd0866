import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Deps } from '../../activities/engine/deps.ts';
import type { Handle } from '../../core/handles.ts';
import { bytecodeDir, cacheDir } from '../../services/machine/home.ts';
import { lockDigest } from '../../services/setup/python/environment.ts';
import { copyTree, exists, listFiles } from '../../services/store/durable-files.ts';
import type { Manifest } from '../../services/store/manifest.ts';

/** Tiny models, one sound and the others each broken in one way; see `make_models.py`. */
export type TestModel = 'plain' | 'sound' | 'swapped' | 'numbered' | 'commented' | 'unknown' | 'twelve' | 'ropeless';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const maker = file('../activities/make_models.py');
const tinyModel = file('../trainer/tiny_model.py');
const trainerFolder = file('../../trainer');

const made = join(cacheDir(), 'test-models');
const maxAgeMs = 24 * 60 * 60_000;

/** Puts all of them below a folder. They are made once for equal programs and libraries, which takes a few seconds. */
export async function makeTestModels(deps: Deps, folder: string): Promise<void> {
  const cached = join(made, await digestOfMaker());
  if (!(await exists(cached))) {
    await removeOld();
    await mkdir(made, { recursive: true });
    const partial = await mkdtemp(`${cached}.partial-`);
    await promisify(execFile)(deps.python, [maker, partial], {
      env: { ...process.env, PYTHONPYCACHEPREFIX: bytecodeDir() },
    });
    // Another test may have been faster; its models are the same.
    await rename(partial, cached).catch(() => rm(partial, { recursive: true }));
  }
  await copyTree(cached, folder);
}

/** Of everything that the models come from: the maker, the trainer's code, and the libraries. */
async function digestOfMaker(): Promise<string> {
  const trainer = (await listFiles(trainerFolder)).filter((path) => path.endsWith('.py')).sort();
  const hash = createHash('sha256').update(lockDigest());
  for (const path of [maker, tinyModel, ...trainer.map((path) => join(trainerFolder, path))])
    hash.update(await readFile(path)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(made).catch(() => [])) {
    const { mtimeMs } = await stat(join(made, name));
    if (Date.now() - mtimeMs > maxAgeMs) await rm(join(made, name), { recursive: true, force: true });
  }
}

/** A folder of files as an artifact, as a step would have published it. */
export async function publishFolder(
  deps: Deps,
  folder: string,
  kind: Handle['kind'],
  meta: Manifest['meta'] = {},
): Promise<Handle> {
  const staging = await deps.store.stage('test');
  await copyTree(folder, `${staging}/files.copy`);
  await deps.store.discard(join(staging, 'files'));
  await rename(`${staging}/files.copy`, join(staging, 'files'));
  return await deps.store.publish(staging, kind, meta);
}
