// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { keepBeating } from '../../../activities/engine/heartbeat.ts';

test('an activity beats at once and then three times within the timeout that its workflow asked for', async () => {
  const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 150 });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  await environment.run(async () => {
    const heart = keepBeating(() => beats.length);
    assert.deepEqual(beats, [0]);
    while (beats.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    heart.end();
  });
  assert.deepEqual(beats, [0, 1, 2]);
});
