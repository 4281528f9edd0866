// needs: python, temporal
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { homeQueue } from '../../../core/run/home-queues.ts';
import { openHome, queues } from '../../../services/machine/home.ts';
import { earlierQueues } from '../../../services/temporal/earlier-queues.ts';
import { startTemporal } from '../../rig/servers/temporal-server.ts';
import { temporaryFolder, temporaryHome } from '../fixtures/temporary-home.ts';

const bin = fileURLToPath(new URL('../../../bin/temper.mjs', import.meta.url));
const tsx = import.meta.resolve('tsx');
const canRename = spawnSync('unshare', ['--uts', 'true']).status === 0;

/** A run that waits for a gate file, so that it can be paused, and that the machine can be renamed meanwhile. */
const document = `name: hello
on: { schedule: [{ cron: "0 2 1 1 *" }] }
steps:
  first: { uses: run, with: { command: [date] } }
  ask: { uses: approve, needs: [first], with: { message: "Go on?" } }
  last: { uses: run, needs: [ask], with: { command: [hostname] } }
`;

test('after a new host name a schedule fires and an open run goes on, on a real stack', {
  skip: !canRename && 'a host name of its own needs root on Linux',
}, async (t) => {
  const { root } = temporaryHome(t, 'home');
  const folder = dirname(root);
  const server = await startTemporal();
  t.after(server.stop);
  const env = {
    ...process.env,
    TEMPER_HOME: root,
    TEMPORAL_ADDRESS: server.address,
    TEMPER_OLLAMA: 'own',
  };
  writeFileSync(join(folder, 'hello.yaml'), document);
  const services = JSON.stringify(['orchestrator', 'gpu']);
  const stack = new URL('../../../services/stack/up-and-down.ts', import.meta.url).href;
  const home = new URL('../../../services/machine/home.ts', import.meta.url).href;
  writeFileSync(
    join(folder, 'up.mjs'),
    `const { up } = await import(${JSON.stringify(stack)}); const { openHome } = await import(${JSON.stringify(home)});
     await up(openHome(), { services: ${services} }); process.exit(0);`,
  );
  const on = (host: string, script: string) => {
    const lines = [
      'set -e',
      `hostname ${host}`,
      `T="${process.execPath} ${bin}"`,
      `UP="${process.execPath} --import ${tsx} ${join(folder, 'up.mjs')}"`,
      script,
    ];
    const ended = spawnSync('unshare', ['--uts', 'sh', '-c', lines.join('\n')], { env, encoding: 'utf8', cwd: folder });
    return ended.stdout + ended.stderr;
  };
  const waitFor = (what: string, text: string) =>
    `n=0; until ${what} | grep -q "${text}"; do n=$((n+1)); [ $n -lt 240 ]; sleep 0.5; done`;
  const before = on(
    'desk',
    `$UP; $T schedule apply hello.yaml; $T run hello.yaml --detach; ${waitFor('$T show @latest', 'waits for you')}; $T pause @latest; $T down; echo all done`,
  );
  assert.match(before, /all done/);
  const after = on(
    'cafe-wifi-17',
    `$UP; $T resume @latest --detach; $T approve @latest; ${waitFor('$T show @latest', ' succeeded in')}; $T schedule trigger hello; ${waitFor('$T show @latest', 'waits for you')}; $T approve @latest; ${waitFor('$T show @latest', ' succeeded in')}; $T logs @latest/last; $T ps; echo all done`,
  );
  assert.match(after, /all done/);
  assert.match(after, /hello-20\d{6}-\d{6}-utc +succeeded/);
  assert.match(after, /^cafe-wifi-17$/m);
});

test('a queue that an earlier release named after the machine is found while work lies on it', async (t) => {
  const home = openHome({ TEMPER_HOME: temporaryFolder(t) });
  const server = await startTemporal();
  t.after(server.stop);
  const { client } = server;
  const { workflowService: service } = client;
  const { orchestrator, cpu } = queues(home);
  const old = `${cpu}-desk.local`;
  await client.workflow.start('old', { workflowId: 'old', taskQueue: orchestrator });
  const common = { namespace: server.namespace, identity: 'test' };
  const { taskToken } = await client.withDeadline(Date.now() + 30_000, () =>
    service.pollWorkflowTaskQueue({ ...common, taskQueue: { name: orchestrator } }),
  );
  await service.respondWorkflowTaskCompleted({
    ...common,
    taskToken,
    commands: [
      {
        commandType: 1, // COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK
        scheduleActivityTaskCommandAttributes: {
          activityId: 'merged',
          activityType: { name: 'merge' },
          taskQueue: { name: old },
          startToCloseTimeout: { seconds: 60 } as never,
        },
      },
    ],
  });
  assert.equal(homeQueue(old), cpu);
  assert.deepEqual(await earlierQueues({ client }, home), [old]);
});
