// needs: python, temporal, ollama
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { claim } from '../../../services/machine/claim.ts';
import type { Home } from '../../../services/machine/home.ts';
import { isAlive, markOf, type ProcessMark } from '../../../services/machine/process-mark.ts';
import { supervisorName } from '../../../services/stack/plan.ts';
import { isFree } from '../../../services/stack/ports.ts';
import { readState, removeState, type StackState, writeState } from '../../../services/stack/state.ts';
import { down, status, up } from '../../../services/stack/up-and-down.ts';
import { connectTemporal } from '../../../services/temporal/connect.ts';
import { startTemporal } from '../../rig/servers/temporal-server.ts';
import { temporaryFolder, temporaryHome } from '../fixtures/temporary-home.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const servers = ['temporal', 'ollama'] as const;
const portBase = 21_000 + (process.pid % 400) * 10;

before(() => {
  // Beside somebody's live stack: own servers, on ports nobody expects.
  Object.assign(process.env, { TEMPER_OLLAMA: 'own', TEMPER_PORT_BASE: `${portBase}` });
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE', 'OLLAMA_HOST'])
    delete process.env[name];
});
after(() => {
  delete process.env.TEMPER_PORT_BASE;
});

const marks = (state: StackState): ProcessMark[] => [
  state.supervisor,
  ...Object.values(state.services).map(({ process }) => process!),
];
const portOf = (address: string) => Number(address.split(':').at(-1));

async function until(met: () => Promise<boolean> | boolean, limit = 30_000): Promise<void> {
  for (const end = Date.now() + limit; !(await met()); ) {
    assert.ok(Date.now() < end, 'it did not come to that in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function assertNothingLeft(home: Home, state: StackState): Promise<void> {
  for (const mark of marks(state)) assert.equal(isAlive(mark), false, `process ${mark.pid} is left`);
  assert.equal(await readState(home), undefined);
  const name = await claim(supervisorName(home));
  assert.ok(name, 'the home is still held');
  await name.release();
  for (const address of [state.addresses.temporal, state.addresses.ollamaOwn])
    assert.ok(await isFree(portOf(address)), `${address} is still in use`);
}

test('down leaves no process, no port, no lock and no state', async (t) => {
  const home = temporaryHome(t);
  const state = await up(home, { services: servers });
  assert.equal((await status(home)).condition, 'up');
  assert.equal((await fetch(state.addresses.temporalUi!)).status, 200);
  const session = await promisify(execFile)('ps', ['-o', 'sess=', '-p', `${state.supervisor.pid}`]);
  assert.equal(Number(session.stdout), state.supervisor.pid, 'it would end with the terminal');
  assert.equal(await down(home), true);
  await assertNothingLeft(home, state);
  assert.equal(await down(home), false);
  await assert.rejects(connectTemporal(home), /not running/);
});

test('the namespace keeps history for 30 days and has the fields by which runs are found', async (t) => {
  const home = temporaryHome(t);
  await up(home, { services: ['temporal'] });
  const { connection, close, namespace } = await connectTemporal(home);
  t.after(close);
  assert.equal(namespace, 'temper');
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 30 * 86_400);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  for (const name of ['TemperPipeline', 'TemperStatus', 'TemperBase', 'TemperDataset', 'TemperScore'])
    assert.ok(customAttributes?.[name], name);
});

test('a Temporal server that is killed comes back by itself, at its address and with its history', async (t) => {
  const home = temporaryHome(t);
  const state = await up(home, { services: ['temporal'] });
  const { client, close } = await connectTemporal(home);
  t.after(close);
  await client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody polls' });
  process.kill(state.services.temporal!.process!.pid, 'SIGKILL');
  await until(async () => {
    const now = (await readState(home))?.services.temporal;
    return now?.status === 'running' && now.restarts === 1;
  });
  assert.equal((await client.workflow.getHandle('kept').describe()).status.name, 'RUNNING');
  const now = await readState(home);
  assert.equal(now?.addresses.temporal, state.addresses.temporal);
  assert.match(now?.services.temporal?.lastEnd ?? '', /SIGKILL/);
});

/** A server that is done with a task writes that down at once, and not within minutes. */
const noteAtOnce = {
  'history.transferProcessorUpdateAckInterval': '200ms',
  'history.shardUpdateMinInterval': '200ms',
  'history.shardFirstUpdateInterval': '200ms',
};

test('work that waits in a store made with more partitions of each task queue is still handed out', async (t) => {
  const home = temporaryHome(t);
  const taskQueue = 'waits';
  const waiting = Array.from({ length: 12 }, (_, n) => `waiting-${n}`);

  const older = await startTemporal({ stock: true, settings: noteAtOnce, db: home.temporalDb });
  for (const workflowId of waiting) await older.client.workflow.start('anything', { workflowId, taskQueue });
  // Its tasks are written down a moment after the start is answered.
  const { workflowService } = older.client;
  const backlog = async () => {
    const { stats } = await workflowService.describeTaskQueue({
      namespace: 'temper',
      taskQueue: { name: taskQueue },
      taskQueueType: 1,
      reportStats: true,
    });
    return Number(stats?.approximateBacklogCount);
  };
  await until(async () => (await backlog()) === waiting.length);
  // Until it notes that they are handed on, a start anew would hand them on again. Nothing tells when it has.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await older.stop();

  await up(home, { services: ['temporal'] });
  const { connection, namespace, close } = await connectTemporal(home);
  t.after(close);
  const seen = new Set<string>();
  while (seen.size < waiting.length) {
    const task = await connection.withDeadline(Date.now() + 30_000, () =>
      connection.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
    );
    seen.add(task.workflowExecution!.workflowId!);
  }
  assert.deepEqual([...seen].sort(), [...waiting].sort());
});

test('a proxy keeps nothing of this machine from starting, and a setting that has changed since is told', async (t) => {
  const home = temporaryHome(t);
  // Nothing listens there, as with a proxy that refuses loopback.
  Object.assign(process.env, { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' });
  t.after(() => {
    for (const name of ['http_proxy', 'https_proxy']) delete process.env[name];
  });
  await up(home, { services: servers });
  await (await connectTemporal(home)).close();
  process.env.https_proxy = 'http://127.0.0.1:10';
  const lines: string[] = [];
  await up(home, { services: servers, report: (line) => lines.push(line) });
  assert.match(lines.join('\n'), /HTTPS_PROXY is http:\/\/127\.0\.0\.1:9 there and http:\/\/127\.0\.0\.1:10 here/);
});

test('a malformed setting is refused before anything starts', async (t) => {
  const home = temporaryHome(t);
  process.env.HF_ENDPOINT = 'hf-mirror.com';
  t.after(() => {
    delete process.env.HF_ENDPOINT;
  });
  await assert.rejects(up(home, { services: servers }), { code: 'BAD_SETTING', message: /^HF_ENDPOINT must/ });
  assert.equal(await readState(home), undefined);
});

test('two starts at once end with one stack, and both succeed', async (t) => {
  const home = temporaryHome(t);
  const [one, other] = await Promise.all([up(home, { services: servers }), up(home, { services: servers })]);
  assert.deepEqual(one.supervisor, other.supervisor);
  await down(home);
  await assertNothingLeft(home, one);
});

test('a start beside a supervisor that has only just begun waits for what it brings up', async (t) => {
  const home = temporaryHome(t);
  const held = (await claim(supervisorName(home)))!;
  const started = up(home, { services: ['temporal'] });
  // Its own supervisor comes and goes in this time, before the other one has written anything down.
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 2_000))]);
  const state = {
    supervisor: markOf(process.pid)!,
    phase: 'ready',
    notes: [],
    services: {},
    addresses: { temporal: '127.0.0.1:1' },
  } as unknown as StackState;
  writeState(home, state);
  assert.equal((await started).addresses.temporal, '127.0.0.1:1');
  removeState(home);
  await held.release();
});

test('ports that are taken are stepped over, by servers and by another home', async (t) => {
  const occupier = createServer();
  await new Promise<void>((resolve) => occupier.listen(portBase, '127.0.0.1', resolve));
  t.after(() => occupier.close());
  const homes = [temporaryHome(t), temporaryHome(t)];
  const states = await Promise.all(homes.map((home) => up(home, { services: servers })));
  const ports = states.flatMap(({ addresses }) =>
    [addresses.temporal, addresses.temporalUi!, addresses.ollama].map(portOf),
  );
  assert.equal(new Set(ports).size, 6, `${ports}`);
  assert.ok(!ports.includes(portBase));
});

test('what a killed supervisor left is ended by the next up and by the next down', async (t) => {
  const home = temporaryHome(t);
  const first = await up(home, { services: servers });
  process.kill(first.supervisor.pid, 'SIGKILL');
  await until(() => !isAlive(first.supervisor));
  assert.equal((await status(home)).condition, 'left');
  const second = await up(home, { services: servers });
  for (const mark of marks(first)) assert.equal(isAlive(mark), false);
  process.kill(second.supervisor.pid, 'SIGKILL');
  await until(() => !isAlive(second.supervisor));
  assert.equal(await down(home), true);
  await assertNothingLeft(home, second);
});

test('workers are ended first, and may take their time while Temporal still answers', async (t) => {
  const home = temporaryHome(t);
  const worker = { name: 'slow', program: process.execPath, args: [fixture('slow-to-end.mjs')] };
  const state = await up(home, { services: ['temporal'], workers: [worker] });
  await until(() => existsSync(join(home.root, 'started')));
  await down(home);
  assert.equal(readFileSync(join(home.root, 'ended'), 'utf8'), 'saved');
  assert.equal(isAlive(state.services.slow!.process!), false);
});

test('a service that does not start fails the start with the end of its log, and leaves nothing', async (t) => {
  const home = temporaryHome(t);
  const broken = join(temporaryFolder(t), 'ollama');
  writeFileSync(
    broken,
    '#!/bin/sh\n[ "$1" = --version ] && echo "ollama version is 9.9.9" && exit 0\necho "no such device" >&2\nexit 3\n',
    { mode: 0o755 },
  );
  const restored = process.env.OLLAMA_PATH;
  process.env.OLLAMA_PATH = broken;
  t.after(() =>
    restored === undefined ? delete process.env.OLLAMA_PATH : Object.assign(process.env, { OLLAMA_PATH: restored }),
  );
  await assert.rejects(up(home, { services: ['ollama'] }), (error: Error) => {
    assert.match(error.message, /ollama exited with 3/);
    assert.match(error.message, /no such device/);
    return true;
  });
  assert.equal((await status(home)).condition, 'down');
});

test('an Ollama that runs already serves, and temper’s own beside it converts', async (t) => {
  const [theirs, home] = [temporaryHome(t), temporaryHome(t)];
  // A server that temper did not choose the port for: the claim on it goes with its supervisor.
  const { addresses, binaries } = await up(theirs, { services: ['ollama'] });
  await down(theirs);
  const host = addresses.ollama.replace('http://', '');
  const server = spawn(binaries.ollama!, ['serve'], {
    env: { ...process.env, OLLAMA_HOST: host, OLLAMA_MODELS: theirs.ollamaModels },
    stdio: 'ignore',
  });
  t.after(() => server.kill('SIGKILL'));
  await until(async () => (await fetch(`${addresses.ollama}/api/version`).catch(() => undefined))?.ok === true);
  Object.assign(process.env, { OLLAMA_HOST: host, TEMPER_OLLAMA: '' });
  t.after(() => {
    delete process.env.OLLAMA_HOST;
    process.env.TEMPER_OLLAMA = 'own';
  });
  const state = await up(home, { services: ['ollama'] });
  assert.equal(state.addresses.ollama, addresses.ollama);
  assert.notEqual(state.addresses.ollamaOwn, addresses.ollama);
  await down(home);
  assert.equal(
    (await fetch(`${addresses.ollama}/api/version`)).status,
    200,
    'a server of somebody else is not stopped',
  );
});

test('a Temporal that the environment names is used and not stopped, and gets temper’s namespace', async (t) => {
  const [theirs, home] = [temporaryHome(t), temporaryHome(t)];
  const { addresses } = await up(theirs, { services: ['temporal'] });
  Object.assign(process.env, { TEMPORAL_ADDRESS: addresses.temporal, TEMPORAL_NAMESPACE: 'of-a-team' });
  t.after(() => {
    delete process.env.TEMPORAL_ADDRESS;
    delete process.env.TEMPORAL_NAMESPACE;
  });
  const state = await up(home, { services: ['temporal', 'ollama'] });
  assert.deepEqual(Object.keys(state.services), ['ollama']);
  assert.deepEqual(
    [state.addresses.temporal, state.temporal.own, state.temporal.namespace],
    [addresses.temporal, false, 'of-a-team'],
  );
  const { connection, close } = await connectTemporal(home);
  await connection.workflowService.describeNamespace({ namespace: 'of-a-team' });
  await close();
  await down(home);
  assert.equal((await status(theirs)).condition, 'up');
});

test('with everything in the cache, up needs no network', async (t) => {
  const inside = promisify(execFile);
  const isolated = ['--user', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  if (
    !(await inside('unshare', [...isolated, 'true']).then(
      () => true,
      () => false,
    ))
  )
    return t.skip('this machine allows no network namespaces');
  const home = temporaryHome(t);
  const env = { ...process.env, TEMPER_HOME: home.root };
  const { stdout } = await inside(
    'unshare',
    [...isolated, process.execPath, '--import', 'tsx', fixture('up-and-down.ts')],
    { env },
  );
  const told = JSON.parse(stdout) as { lines: string[]; services: string[] };
  assert.deepEqual(told.services, ['temporal', 'ollama']);
  assert.equal(existsSync(home.stateFile), false);
  assert.ok(readdirSync(home.logs).length >= 3);
});
