import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Deps } from '../../activities/engine/deps.ts';
import type { Handle } from '../../core/handles.ts';
import { bytecodeDir } from '../../services/machine/home.ts';
import { copyTree } from '../../services/store/durable-files.ts';
import type { Manifest } from '../../services/store/manifest.ts';

/** Tiny models, one sound and the others each broken in one way; see `make_models.py`. */
export type TestModel = 'plain' | 'sound' | 'swapped' | 'numbered' | 'commented' | 'unknown' | 'twelve' | 'ropeless';

const maker = fileURLToPath(new URL('../activities/make_models.py', import.meta.url));

/** Makes all of them below a folder, in a few seconds. */
export async function makeTestModels(deps: Deps, folder: string): Promise<void> {
  await promisify(execFile)(deps.python, [maker, folder], {
    env: { ...process.env, PYTHONPYCACHEPREFIX: bytecodeDir(), OMP_NUM_THREADS: '2' },
  });
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
