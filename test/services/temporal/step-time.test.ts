// needs: temporal
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { fasterSettings, judgeStepTime, measureStepTime } from '../../../services/temporal/step-time.ts';
import { startTemporal } from '../../rig/servers/temporal-server.ts';

test('a server with default settings fails the check, one with temper’s settings passes', async () => {
  for (const stock of [true, false]) {
    const server = await startTemporal({ stock });
    try {
      const { connection } = server.client;
      const measured = async () => judgeStepTime(await measureStepTime(connection as never, server.namespace));
      // After a pause of the machine a server delivers many tasks at once: measure again.
      let judged = await measured();
      for (let tries = 1; judged.ok === stock && tries < 3; tries++) judged = await measured();
      const { ok, detail, remedy = '' } = judged;
      assert.equal(ok, !stock, detail);
      for (const name of fasterSettings) assert.equal(remedy.includes(name), stock);
    } finally {
      await server.stop();
    }
  }
});

test('the network time of a distant server does not count as slowness', () => {
  assert.equal(judgeStepTime({ step: 180, call: 40 }).ok, true);
  assert.equal(judgeStepTime({ step: 104, call: 2 }).ok, false);
});

test('the advised settings are those of temper’s own servers', () => {
  const text = readFileSync(new URL('../../../docker/temporal/dynamic-config.yaml', import.meta.url), 'utf8');
  const all = parse(text) as Record<string, [{ value: unknown }]>;
  for (const name of fasterSettings) assert.deepEqual(all[name], [{ value: 10000 }]);
});
