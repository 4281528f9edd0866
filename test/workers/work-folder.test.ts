// needs: nothing
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { machineId } from '../../services/machine/machine-id.ts';
import { inWorkFolder } from '../../workers/work-folder.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'work-folder-'));
});
after(async () => await rm(root, { recursive: true, force: true }));

const left = async () => await readdir(join(root, 'work'));

test('work that is told to stop hears of it, and its folder is removed', async () => {
  const work = inWorkFolder({ root }, 'prove', async (_, stop) => {
    assert.equal((await left()).length, 1);
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGTERM', 'SIGTERM');
    stop.throwIfAborted();
  });
  await assert.rejects(work, /stopped by SIGTERM/);
  assert.deepEqual(await left(), []);
});

test('work whose answer nobody reads is told to stop', async () => {
  const output = new EventEmitter();
  const work = inWorkFolder(
    { root },
    'prove',
    async (_, stop) => {
      output.emit('error', new Error('write EPIPE'));
      stop.throwIfAborted();
    },
    output,
  );
  await assert.rejects(work, /nobody reads/);
});

test('the folder of a killed process is removed by the next start, and that of a living one stays', async () => {
  await mkdir(join(root, 'work', `prove~${machineId()}~2147483646~gone~1`), { recursive: true });
  await inWorkFolder({ root }, 'prove', async () => {
    assert.equal((await left()).length, 1);
    await inWorkFolder({ root }, 'foresee', async () => assert.equal((await left()).length, 2));
  });
  assert.deepEqual(await left(), []);
});
