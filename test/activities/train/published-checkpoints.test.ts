import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fetchPublished, publishCheckpoint } from '../../../activities/train/published-checkpoints.ts';
import type { SavedCheckpoint } from '../../../protocol/activities.ts';
import { mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  deps = await makeDeps();
});
after(() => rm(deps.root, { recursive: true, force: true }));

/** A folder as a training leaves it; what its files mean is the trainer's business. */
async function saveCheckpoint(runId: string, step: number): Promise<{ checkpoint: number; path: string }> {
  const path = join(deps.runs, runId, 'work', 'checkpoints', `checkpoint-${step}`);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'adapter_model.safetensors'), `weights of step ${step}`);
  await writeFile(join(path, 'manifest.json'), '{}');
  return { checkpoint: step, path };
}

const publish = async (runId: string, saved: Pick<SavedCheckpoint, 'checkpoint' | 'path' | 'best'>, keep = 2) =>
  await mockWorker().run(publishCheckpoint(deps), { runId, step: 'train', keep, queue: 'host', ...saved });

/** What a host with an empty disk finds after it has asked the store. */
async function arriveOnAnotherHost(runId: string) {
  const workdir = join(deps.root, `other-${runId}`);
  const newest = await fetchPublished(deps, runId, 'train', workdir);
  return { newest, own: (await readdir(join(workdir, 'checkpoints')).catch(() => [] as string[])).sort() };
}

test('another host gets the newest checkpoint to resume from, and the best one, however old it is', async () => {
  const best = await saveCheckpoint('run', 10);
  for (const step of [20, 30, 40]) await publish('run', { ...(await saveCheckpoint('run', step)), best });
  const { newest, own } = await arriveOnAnotherHost('run');
  assert.match(newest ?? '', /fetched\/checkpoint-40$/);
  assert.equal(await readFile(join(newest!, 'adapter_model.safetensors'), 'utf8'), 'weights of step 40');
  assert.deepEqual(own, ['checkpoint-10', 'checkpoint-30']);
});

test('a checkpoint that is deleted before its copy does no harm', async () => {
  await publish('pruned', await saveCheckpoint('pruned', 10));
  assert.equal(await publish('pruned', { checkpoint: 20, path: join(deps.runs, 'pruned', 'nowhere') }), null);
  assert.match((await arriveOnAnotherHost('pruned')).newest ?? '', /checkpoint-10$/);
});

test('a host that has the newest checkpoint copies nothing from the store', async () => {
  const saved = await saveCheckpoint('home', 10);
  await publish('home', saved);
  assert.equal(await fetchPublished(deps, 'home', 'train', join(deps.runs, 'home', 'work')), null);
});
