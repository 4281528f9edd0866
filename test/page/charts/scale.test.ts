import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisOf, lossAxisOf, placeOn } from '../../../page/charts/scale.ts';

const linear: readonly [values: readonly number[], ticks: readonly number[]][] = [
  [
    [0, 120],
    [0, 50, 100, 150],
  ],
  [
    [0.3, 2.4],
    [0, 1, 2, 3],
  ],
  [
    [0, 0.0002],
    [0, 0.00005, 0.0001, 0.00015, 0.0002],
  ],
  [
    [-1, 1],
    [-1, -0.5, 0, 0.5, 1],
  ],
  [
    [7, 7],
    [6, 8],
  ],
  [[], [0, 1]],
];
for (const [values, ticks] of linear)
  test(`the axis of ${values.join(' to ') || 'nothing'} has round ticks`, () =>
    assert.deepEqual(axisOf(values).ticks, ticks));

test('a loss that falls by orders of magnitude is seen to its end', () => {
  const axis = lossAxisOf([6.4, 0.6, 0.07]);
  assert.deepEqual([axis.from, axis.to, axis.isLogarithmic], [0.05, 10, true]);
  assert.ok(placeOn(axis, 0.14) - placeOn(axis, 0.07) > 0.1);
});

test('a loss that falls a little has a linear axis, and so has one that is zero', () => {
  assert.equal(lossAxisOf([2.4, 0.8]).isLogarithmic, undefined);
  assert.equal(lossAxisOf([2.4, 0]).isLogarithmic, undefined);
});
