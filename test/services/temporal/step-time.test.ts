// needs: temporal
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { fasterSettings, judgeStepTime, measureStepTime } from '../../../services/temporal/step-time.ts';
import { startTemporal } from '../../rig/temporal-server.ts';

test('a server with its own defaults is told from one with temper’s settings', async () => {
  for (const stock of [true, false]) {
    const server = await startTemporal({ stock });
    try {
      const { connection } = server.client;
      const measured = async () => judgeStepTime(await measureStepTime(connection as never, server.namespace));
      // While the machine pauses a server saves up tasks, which it then deals out at once: a second look tells.
      let judged = await measured();
      for (let looks = 1; judged.ok === stock && looks < 3; looks++) judged = await measured();
      const { ok, detail, remedy = '' } = judged;
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
  const text = readFileSync(new URL('../../../docker/temporal/dynamic-config.yaml', import.meta.url), 'utf8');
  const all = parse(text) as Record<string, [{ value: unknown }]>;
  for (const name of fasterSettings) assert.deepEqual(all[name], [{ value: 10000 }]);
});
