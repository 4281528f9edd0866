import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { claim } from '../../../services/machine/claim.ts';
import { openHome, queues } from '../../../services/machine/home.ts';
import { isAlive, markOf } from '../../../services/machine/process-mark.ts';
import { listSecrets, readSecret, writeSecret } from '../../../services/machine/secrets.ts';
import { temporaryFolder } from '../fixtures/temporary-home.ts';

test('a home keeps its id, and two homes never share a queue', (t) => {
  const [one, other] = [temporaryFolder(t), temporaryFolder(t)].map((folder) => openHome({ TEMPER_HOME: folder }));
  assert.match(one!.id, /^[0-9a-f]{8}$/);
  assert.deepEqual(openHome({ TEMPER_HOME: one!.root }), one);
  const names = [...Object.values(queues(one!)), ...Object.values(queues(other!))];
  assert.equal(new Set(names).size, names.length);
  assert.equal(statSync(one!.secrets).mode & 0o777, 0o700);
});

test('a secret that other users can read is refused', async (t) => {
  const { secrets } = openHome({ TEMPER_HOME: temporaryFolder(t) });
  await writeSecret(secrets, 'TEMPER_TEST_TOKEN', 'hush');
  assert.equal(await readSecret(secrets, 'TEMPER_TEST_TOKEN'), 'hush');
  assert.deepEqual(await listSecrets(secrets), ['TEMPER_TEST_TOKEN']);
  chmodSync(join(secrets, 'TEMPER_TEST_TOKEN'), 0o644);
  await assert.rejects(readSecret(secrets, 'TEMPER_TEST_TOKEN'), /other users can read/);
  await assert.rejects(readSecret(secrets, '../id'), /is not set/);
});

test('only one process holds a name, and releasing it frees it', async () => {
  const name = `test ${process.pid}`;
  const held = await claim(name);
  assert.ok(held);
  assert.equal(await claim(name), undefined);
  await held.release();
  const again = await claim(name);
  assert.ok(again);
  await again.release();
});

test('a reused pid is not mistaken for the earlier process', () => {
  const mark = markOf(process.pid)!;
  assert.equal(isAlive(mark), true);
  assert.equal(isAlive({ ...mark, start: `${mark.start}0` }), false);
  assert.equal(markOf(2 ** 22 + 1), undefined);
});
