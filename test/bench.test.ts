import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuTime } from '../bench/supervision/cpu-time.ts';
import { pairedRatio } from '../bench/supervision/paired-ratio.ts';

test('a ratio of paired times has the interval of t on its logarithms', () => {
  const { ratio, low, high, pairs } = pairedRatio([
    [11, 10],
    [10, 10],
    [22, 20],
    [21, 20],
  ]);
  // By hand: logs 0.09531, 0, 0.09531, 0.04879; mean 0.05985, deviation 0.04553, t(3) 3.182.
  assert.deepEqual(
    [ratio, low, high].map((value) => value.toFixed(4)),
    ['1.0617', '0.9875', '1.1414'],
  );
  assert.equal(pairs, 4);
});

test('pairs that a slow machine doubles alike change nothing', () => {
  const { ratio, low, high } = pairedRatio([
    [10.1, 10],
    [20.2, 20],
    [40.4, 40],
  ]);
  for (const value of [ratio, low, high]) assert.ok(Math.abs(value - 1.01) < 1e-9);
});

test('one pair gives no interval', () => assert.throws(() => pairedRatio([[1, 1]]), /needs two pairs, got 1/));

test('the CPU time of a process grows as it computes', () => {
  const before = cpuTime('self').own;
  const used = () => cpuTime('self').own - before;
  const end = Date.now() + 10_000;
  while (used() < 0.05 && Date.now() < end);
  assert.ok(used() >= 0.05);
});
