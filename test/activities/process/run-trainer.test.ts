import assert from 'node:assert/strict';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runTrainer } from '../../../activities/process/run-trainer.ts';
import { makeDeps } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
const cache = process.env.TEMPER_CACHE;
before(async () => {
  deps = await makeDeps();
  process.env.TEMPER_CACHE = join(deps.root, 'cache');
});
after(async () => {
  if (cache === undefined) delete process.env.TEMPER_CACHE;
  else process.env.TEMPER_CACHE = cache;
  await rm(deps.root, { recursive: true, force: true });
});

test('what Python compiles of a trainer is kept in the cache, and nothing is written beside its sources', async () => {
  const trainerRoot = join(deps.root, 'release');
  const sources = join(trainerRoot, 'trainer');
  await mkdir(trainerRoot);
  await cp(join(deps.trainerRoot, 'trainer'), sources, {
    recursive: true,
    filter: (path) => !path.endsWith('__pycache__'),
  });
  const before = await readdir(sources);
  const context = {
    deps: { ...deps, trainerRoot },
    folder: deps.root,
    logFile: join(deps.root, 'log.txt'),
    signal: new AbortController().signal,
  };
  await assert.rejects(runTrainer(context, 'prepare', {}));
  const compiled = await readdir(join(deps.root, 'cache', 'bytecode', sources, 'data'));
  assert.ok(
    compiled.some((name) => /^prepare\..+\.pyc$/.test(name)),
    String(compiled),
  );
  assert.deepEqual(await readdir(sources), before);
});
