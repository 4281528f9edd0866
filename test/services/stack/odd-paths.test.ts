// needs: temporal
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { down, up } from '../../../services/stack/up-and-down.ts';
import { connectTemporal } from '../../../services/temporal/connect.ts';
import { temporaryHome } from '../fixtures/temporary-home.ts';

process.env.TEMPER_PORT_BASE = `${31_000 + (process.pid % 400) * 10}`;

for (const name of ['two words', 'a#1', 'a?mode=memory', '100%41', "o'clock", '测试 ü', `long-${'x'.repeat(150)}`])
  test(`a home in a folder named ${name.slice(0, 20)} keeps its history within itself, over a restart`, async (t) => {
    const home = temporaryHome(t, name, 'home');
    await up(home, { services: ['temporal'] });
    const first = await connectTemporal(home);
    await first.client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody polls' });
    await first.close();
    await down(home);
    await up(home, { services: ['temporal'] });
    const again = await connectTemporal(home);
    assert.equal((await again.client.workflow.getHandle('kept').describe()).status.name, 'RUNNING');
    await again.close();
    assert.deepEqual(readdirSync(join(home.root, '../..')), [name]);
    assert.ok(readdirSync(join(home.root, 'temporal')).includes('temporal.db'));
  });
