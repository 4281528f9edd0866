import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homeQueue } from '../../../core/run/home-queues.ts';

test('a queue that an earlier release named after a machine is that of the home, whatever the machine was called', () => {
  for (const host of ['cafe-wifi-17', 'box.local', 'a-host-b', 'DESKTOP_Ä'])
    for (const kind of ['cpu', 'host'])
      assert.equal(homeQueue(`temper-00aa11bb-${kind}-${host}`), `temper-00aa11bb-${kind}`);
});

test('other queues stay', () => {
  for (const queue of ['temper-00aa11bb-cpu', 'temper-00aa11bb-gpu', 'temper-00aa11bb-orchestrator', 'x-cpu-y'])
    assert.equal(homeQueue(queue), queue);
});
