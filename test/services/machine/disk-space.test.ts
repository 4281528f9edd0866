import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkRoom } from '../../../services/machine/files/disk-space.ts';

const petabyte = 1e15;

test('too little space fails with the need, the path and the free space before anything is written', async () => {
  await assert.rejects(checkRoom('the model', [{ path: tmpdir(), bytes: petabyte }]), {
    code: 'DISK_FULL',
    message: /^the model needs 1 PB at \S+; [\d.]+ [GT]B are free$/,
  });
  await checkRoom('the model', [{ path: tmpdir(), bytes: 1 }]);
  await checkRoom('nothing', [{ path: '/nowhere', bytes: 0 }]);
});

test('two needs on one file system add up', async () => {
  const wanted = ['a', 'b'].map((name) => ({ path: join(tmpdir(), name), bytes: petabyte / 2 }));
  await assert.rejects(checkRoom('both', wanted), { message: /^both needs 1 PB at/ });
});

test('a missing folder counts for the file system of its parent', async () => {
  const path = join(tmpdir(), 'not', 'there', 'yet');
  await assert.rejects(checkRoom('it', [{ path, bytes: petabyte }]), { code: 'DISK_FULL' });
});
