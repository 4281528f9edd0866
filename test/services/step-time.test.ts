import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { fasterSettings, judgeStepTime, measureStepTime } from '../../services/step-time.ts';
import { startTemporal } from '../rig/temporal-server.ts';

test('a server with its own defaults is told from one with temper’s settings', async () => {
  for (const stock of [true, false]) {
    const server = await startTemporal({ stock });
    try {
      const { connection } = server.client;
      const time = await measureStepTime(connection as never, server.namespace);
      const { ok, detail, remedy = '' } = judgeStepTime(time);
      assert.equal(ok, !stock, detail);
      for (const name of fasterSettings) assert.equal(remedy.includes(name), stock);
    } finally {
      await server.stop();
    }
  }
});

test('a server far away is not called slow for its distance', () => {
  assert.equal(judgeStepTime({ step: 180, call: 40 }).ok, true);
  assert.equal(judgeStepTime({ step: 104, call: 2 }).ok, false);
});

test('the settings that are advised are those of temper’s own servers', () => {
  const text = readFileSync(new URL('../../docker/temporal/dynamic-config.yaml', import.meta.url), 'utf8');
  const all = parse(text) as Record<string, [{ value: unknown }]>;
  for (const name of fasterSettings) assert.deepEqual(all[name], [{ value: 10000 }]);
});
