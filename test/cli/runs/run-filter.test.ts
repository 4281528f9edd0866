// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '../../../cli/runs/known-runs.ts';
import { fitsById, readFilter } from '../../../cli/runs/run-filter.ts';

const now = new Date(2026, 10, 29, 12).getTime();
const hours = (count: number) => new Date(now - count * 3_600_000);

test('runs of a pipeline are its own, not those of one whose name begins alike', () => {
  const wanted = readFilter({ pipeline: 'night' }, now);
  const runs = [newRunId('night', hours(1)), newRunId('night-shift', hours(1)), 'night-20261129-020000-utc'];
  assert.deepEqual(
    runs.map((run) => fitsById(run, wanted)),
    [true, false, true],
  );
});

test('a run is as old as its id says, in the local zone or in that of a schedule', () => {
  const wanted = readFilter({ since: '24h' }, now);
  assert.ok(fitsById(newRunId('a', hours(23)), wanted));
  assert.ok(!fitsById(newRunId('a', hours(25)), wanted));
  const fired = (at: Date) => `a-${at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-utc`;
  assert.ok(fitsById(fired(hours(23)), wanted));
  assert.ok(!fitsById(fired(hours(25)), wanted));
});

test('a status that no run can have, and an age that is none, are refused with what can be written', () => {
  assert.throws(() => readFilter({ status: 'failed,runing' }, now), /no run has this status/);
  assert.throws(() => readFilter({ since: 'yesterday' }, now), /an age such as `7d`/);
});
