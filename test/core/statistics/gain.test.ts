// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { normalBelow, tQuantile975 } from '../../../core/statistics/distributions.ts';
import { gainOf } from '../../../core/statistics/gain.ts';
import { intervalOf } from '../../../core/statistics/paired-interval.ts';

const near = (actual: number, expected: number, by: number) =>
  assert.ok(Math.abs(actual - expected) <= by, `${actual} is not ${expected} ± ${by}`);

test('the distributions have the values of the printed tables', () => {
  near(normalBelow(-1.96), 0.0249979, 1e-7);
  near(normalBelow(1.2816), 0.9, 1e-5);
  near(tQuantile975(10), 2.228, 5e-4);
  near(tQuantile975(60), 2.0, 1e-3);
  near(tQuantile975(120), 1.98, 1e-3);
});

test('the interval of many values is that of the normal distribution', () => {
  const values = Array.from({ length: 400 }, (_, at) => at % 2);
  const { mean, low, high } = intervalOf(values)!;
  assert.equal(mean, 0.5);
  near(low, 0.5 - 1.966 * 0.025, 0.004);
  near(high, 0.5 + 1.966 * 0.025, 0.004);
});

test('equal values give an equal interval, and one value gives none', () => {
  assert.deepEqual(intervalOf([0.1, 0.7, 0.3]), intervalOf([0.1, 0.7, 0.3]));
  assert.equal(intervalOf([0.4]), undefined);
});

// Measured, not believed: of 400 small exams, how many intervals hold the true mean? Plain percentiles hold it in 88 % of them.
for (const n of [8, 12, 30])
  test(`the interval of ${n} questions holds the true mean in about 95 of 100 exams`, () => {
    const random = xoroshiro128plus(7);
    const exams = 400;
    let held = 0;
    for (let exam = 0; exam < exams; exam++) {
      const { low, high } = intervalOf(
        Array.from({ length: n }, () => uniformFloat64(random)),
        1_000,
      )!;
      if (low <= 0.5 && 0.5 <= high) held += 1;
    }
    assert.ok(held / exams > 0.925 && held / exams < 0.98, `${held} of ${exams}`);
  });

test('a gain on every one of six questions is told, on five it is not', () => {
  const gain = (n: number) => gainOf(Array(n).fill(1), Array(n).fill(0))!;
  assert.equal(gain(6).sign, 'higher');
  assert.deepEqual([gain(5).sign, gain(5).enough], ['open', 6]);
  assert.equal(gainOf(Array(6).fill(0), Array(6).fill(1))!.sign, 'lower');
});

test('0.08 against 0.07 over eight questions is no gain, and it is told how many would tell', () => {
  const before = [0.05, 0.08, 0.07, 0.06, 0.1, 0.04, 0.09, 0.07];
  const after = [0.09, 0.05, 0.12, 0.03, 0.12, 0.05, 0.06, 0.12];
  const { sign, low, high, enough } = gainOf(after, before)!;
  assert.equal(sign, 'open');
  assert.ok(low < 0 && high > 0);
  assert.ok(enough! > 40 && enough! < 200, `${enough}`);
  // Ten times as many of the same kind tell it.
  const times = (scores: number[], n: number) => Array.from({ length: n }, () => scores).flat();
  assert.equal(gainOf(times(after, 20), times(before, 20))!.sign, 'higher');
});

test('equal answers are open, and no number of them would tell', () => {
  const gain = gainOf([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])!;
  assert.deepEqual([gain.sign, gain.enough, gain.unequal], ['open', undefined, 0]);
});
