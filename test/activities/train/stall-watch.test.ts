// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StallWatch } from '../../../activities/train/stall-watch.ts';

/** A watch with a clock that the test moves, and a floor of 60 s. */
function watch() {
  let now = 0;
  const each = new StallWatch(60_000, () => now);
  const after = (seconds: number) => {
    now += seconds * 1000;
    return each;
  };
  const steps = (count: number, seconds: number, from = 0) => {
    for (let step = from + 1; step <= from + count; step++) after(seconds).noteStep(step);
  };
  return { after, steps };
}

test('five times the usual duration without a step is a stall, and the message has the figures', () => {
  const { after, steps } = watch();
  steps(10, 30);
  assert.equal(after(149).stall, undefined);
  assert.equal(after(1).stall, 'no progress for 150 s after step 10, where a step usually takes 30 s');
});
test('fast steps still get a minute', () => {
  const { after, steps } = watch();
  steps(10, 0.1);
  assert.equal(after(59).stall, undefined);
  assert.match(after(1).stall ?? '', /60 s after step 10, where a step usually takes 0\.1 s/);
});
test('loading and the first steps may take long, since their duration is unknown', () => {
  const { after, steps } = watch();
  assert.equal(after(1800).stall, undefined);
  steps(3, 600);
  assert.equal(after(3000).stall, undefined);
});
test('one slow step among many does not change the usual duration', () => {
  const { after, steps } = watch();
  steps(10, 20);
  after(90).noteStep(11);
  assert.notEqual(after(101).stall, undefined);
});
test('an evaluation or a save may be silent for ten minutes, and the steps after it are watched as before', () => {
  const { after, steps } = watch();
  steps(10, 1);
  after(1).noteOtherWork();
  assert.equal(after(599).stall, undefined);
  after(0).noteNextStep();
  assert.equal(after(59).stall, undefined);
  assert.notEqual(after(1).stall, undefined);
});
test('the time of steps that are reported together is divided among them', () => {
  const { after } = watch();
  for (const step of [10, 20, 30, 40, 50, 60, 70]) after(200).noteStep(step);
  assert.equal(after(99).stall, undefined);
  assert.notEqual(after(1).stall, undefined);
});
