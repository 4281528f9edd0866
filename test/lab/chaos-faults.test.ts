// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { faultKinds, planFaults } from '../../lab/chaos/faults.ts';
import { TrainingLog } from '../../lab/chaos/training-log.ts';

const batch = (seed: number) =>
  Array.from({ length: 40 }, (_, index) => planFaults({ seed, index, wanted: 10 })).flat();

test('a seed always gives the same faults, and another seed others', () => {
  assert.deepEqual(batch(7), batch(7));
  assert.notDeepEqual(batch(7), batch(8));
});

test('more than half of the faults are planned for training or a save, and every kind occurs', () => {
  for (const seed of [1, 2, 3]) {
    const faults = batch(seed);
    const inside = faults.filter(({ moment }) => moment.in === 'training' || moment.in === 'save');
    assert.ok(inside.length > 0.55 * faults.length, `${inside.length} of ${faults.length}`);
    assert.deepEqual([...new Set(faults.map(({ kind }) => kind))].sort(), [...faultKinds].sort());
  }
});

test('faults are in the order of the steps, and `only` limits them to one kind', () => {
  for (let index = 0; index < 40; index++) {
    const steps = planFaults({ seed: 5, index, wanted: 10 }).flatMap(({ moment }) =>
      moment.in === 'training' || moment.in === 'save' ? [moment.step] : [],
    );
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    );
    assert.ok(planFaults({ seed: 5, index, wanted: 10, only: 'server' }).every(({ kind }) => kind === 'server'));
  }
});

test('several callers may follow the same log, and each line counts once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'temper-chaos-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'log.txt');
  const steps = Array.from({ length: 2_000 }, (_, step) => `{"event":"progress","step":${step + 1}}\n`);
  await writeFile(file, `--- attempt 1, now\n${steps.join('')}`);
  const log = new TrainingLog(file);
  await Promise.all([log.read(), log.read(), log.read()]);
  assert.deepEqual(log.attempts, [{ attempt: 1, from: undefined, step: 2_000, trained: 2_000 }]);
});

test('the training log gives first and last step of each attempt, despite partial lines', () => {
  const log = new TrainingLog('');
  log.take('--- attempt 1, now, on host ---\n{"event":"loading","what":"model"}\n');
  assert.deepEqual(log.latest, { attempt: 1, from: undefined, step: undefined, trained: 0 });
  log.take('{"event":"started","step":0}\n{"event":"progress","step":1}\n{"event":"prog');
  log.take('ress","step":2}\n{"event":"progress","st\nTraceback\n--- attempt 2, now, on host ---\n');
  log.take('{"event":"resumed","step":1}\n{"event":"started","step":1}\n{"event":"progress","step":2}\n');
  assert.deepEqual(log.attempts, [
    { attempt: 1, from: 0, step: 2, trained: 2 },
    { attempt: 2, from: 1, step: 2, trained: 1 },
  ]);
});
