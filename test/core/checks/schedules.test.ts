import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, road } from '../../rig/known.ts';

test('a time zone whose sign is reversed is a warning that says what it means', () => {
  const scheduled = (zone: string) =>
    findingsIn(`on: { schedule: [{ cron: "0 2 * * *", timezone: ${zone} }] }\n${road()}`);
  assert.deepEqual(scheduled('Etc/GMT-8'), [
    'warning BAD_VALUE on.schedule.0.timezone: Etc/GMT-8 is 8 hours ahead of UTC: the sign in such names is reversed',
  ]);
  assert.deepEqual(scheduled('Asia/Shanghai'), []);
  assert.deepEqual(scheduled('Etc/GMT'), []);
});
