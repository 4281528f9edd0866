import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heartbeatTimeout } from '../../../services/temporal/heartbeat-timeout.ts';

test('the heartbeat timeout comes from the environment, and is undefined without it', () => {
  assert.equal(heartbeatTimeout({}), undefined);
  assert.equal(heartbeatTimeout({ TEMPER_HEARTBEAT_TIMEOUT: '' }), undefined);
  assert.equal(heartbeatTimeout({ TEMPER_HEARTBEAT_TIMEOUT: '90s' }), '90s');
});

test('a timeout that is not a duration, or too short, is refused with a valid example', () => {
  for (const text of ['soon', '30', '1s', '0s']) {
    assert.throws(() => heartbeatTimeout({ TEMPER_HEARTBEAT_TIMEOUT: text }), {
      code: 'BAD_SETTING',
      message: `TEMPER_HEARTBEAT_TIMEOUT must be a duration of at least 2 s, got "${text}"; write for example TEMPER_HEARTBEAT_TIMEOUT=30s`,
    });
  }
});
