// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration } from '../../../cli/view/text/duration.ts';

test('no time is negative, whatever two clocks say', () => {
  assert.equal(duration(-7_300), '0.0s');
  assert.equal(duration(-86_400_000), '0.0s');
  assert.equal(duration(3_200_000), '53m 20s');
});
