import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Client } from '@temporalio/client';
import { workflowIdOf } from '../../../core/run/run-id.ts';
import { noteDeviceHolder } from '../../../services/machine/device-holders.ts';
import { queues } from '../../../services/machine/home.ts';
import { machineId } from '../../../services/machine/machine-id.ts';
import { surroundingsOf, waitOf } from '../../../services/runs/activity-waits.ts';
import type { PendingActivity } from '../../../services/runs/pending-activity.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'waits-'));
});
after(async () => await rm(root, { recursive: true, force: true }));

const time = (ms: number) =>
  ({ seconds: Math.floor(ms / 1000) }) as unknown as NonNullable<PendingActivity['scheduledTime']>;
const minuteAgo = Date.now() - 60_000;

const activity = (queue: string, rest: Partial<PendingActivity>): PendingActivity =>
  ({
    activityId: 'train',
    activityOptions: { taskQueue: { name: queue } },
    scheduledTime: time(minuteAgo),
    ...rest,
  }) as PendingActivity;

/** A Temporal whose queues nobody polls any more, as that of a worker without a free slot after some minutes. */
function temporalWith(others: Record<string, PendingActivity[]>): Client {
  const ids = Object.keys(others).map(workflowIdOf);
  return {
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue: async () => ({ pollers: [] }) },
    workflow: {
      list: async function* () {
        yield* ids.map((workflowId) => ({ workflowId }));
      },
      getHandle: (id: string) => ({
        describe: async () => ({
          raw: { pendingActivities: Object.entries(others).find(([run]) => workflowIdOf(run) === id)![1] },
        }),
      }),
    },
  } as unknown as Client;
}

const homeAt = (name: string) => ({ id: name, root: join(root, name), stateFile: join(root, name, 'state.json') });

async function waitFor(home: ReturnType<typeof homeAt>, queue: string, others: Record<string, PendingActivity[]>) {
  const mine = activity(queue, {});
  return waitOf(mine, await surroundingsOf(temporalWith(others), home, 'mine', [mine]));
}

const taken = (queue: string, worker: string) =>
  activity(queue, { state: 2, lastWorkerIdentity: worker, lastStartedTime: time(minuteAgo) });

test('a worker that is busy and so asks for no work is not missing: the wait names what it is at', async () => {
  const home = homeAt('busy');
  for (const queue of [queues(home).gpu, queues(home).host]) {
    const wait = await waitFor(home, queue, { other: [taken(queue, `${process.pid}@${hostname()}`)] });
    assert.equal(wait?.code, 'worker');
    assert.deepEqual((wait!.facts as { holders: object[] }).holders, [
      { run: 'other', step: 'train', host: hostname(), since: Math.floor(minuteAgo / 1000) * 1000 },
    ]);
  }
});

test('where a step has the device, another waits for the device, however long nobody has asked for work', async () => {
  const home = homeAt('held');
  const leave = await noteDeviceHolder(join(home.root, 'devices', machineId()), { run: 'other', step: 'train' });
  const wait = await waitFor(home, queues(home).gpu, {});
  await leave();
  assert.equal(wait?.code, 'device');
});

test('a worker is missing if nobody polls, and what was taken was taken by a process that is gone', async () => {
  const home = homeAt('gone');
  const { gpu, cpu } = queues(home);
  const dead = taken(gpu, `2147483646@${hostname()}`);
  assert.equal((await waitFor(home, gpu, {}))?.code, 'no_worker');
  assert.equal((await waitFor(home, gpu, { other: [dead] }))?.code, 'no_worker');
  assert.equal((await waitFor(home, gpu, { other: [taken(cpu, `${process.pid}@${hostname()}`)] }))?.code, 'no_worker');
});
