// needs: python, temporal, ollama
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBatch } from '../../lab/chaos/batch.ts';
import { faultKinds } from '../../lab/chaos/faults.ts';
import { totalsOf } from '../../lab/chaos/report.ts';

// The short set of `npm run chaos`: one disturbed run, with a seed that hits every kind of process, one of them frozen.
// docs/reliability.md has the long ones. All but the last hit the training, with room between them, and the frozen worker comes late:
// a machine that is faster or slower than this one then has them all.
const [kills, seed] = [10, 49046];

test(`${kills} kills at seeded moments, of every kind of process: the runs end with the undisturbed run’s bytes`, async () => {
  const runs = await runBatch({ kills, seed, lanes: 2, log: (line) => process.stderr.write(`${line}\n`) });
  const totals = totalsOf(runs);
  assert.deepEqual(totals.troubles, []);
  assert.equal(totals.faults, kills);
  assert.equal(totals.equal, kills);
  assert.ok(totals.inTraining * 2 >= kills, `${totals.inTraining} of ${kills} hit training or a save`);
  const kinds = new Set(runs.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  assert.deepEqual([...kinds].sort(), [...faultKinds].sort());
});
