import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heartbeatTimeout } from '../../../services/temporal/heartbeat-timeout.ts';

test('the heartbeat timeout is what the environment says, and nothing where it says nothing', () => {
  assert.equal(heartbeatTimeout({}), undefined);
  assert.equal(heartbeatTimeout({ TEMPER_HEARTBEAT_TIMEOUT: '' }), undefined);
  assert.equal(heartbeatTimeout({ TEMPER_HEARTBEAT_TIMEOUT: '90s' }), '90s');
});

test('one that is no duration, or too short to be met, is refused with what would be right', () => {
  for (const text of ['soon', '30', '1s', '0s']) {
    assert.throws(() => heartbeatTimeout({ TEMPER_HEARTBEAT_TIMEOUT: text }), {
      code: 'BAD_OPTIONS',
      message: `TEMPER_HEARTBEAT_TIMEOUT is "${text}"`,
      remedy: /at least 2s/,
    });
  }
});
