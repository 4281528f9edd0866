import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import type { PinInput } from '../../activities/contract.ts';
import type { Deps } from '../../activities/deps.ts';
import { pauseSchedule } from '../../activities/pause-schedule.ts';
import { record } from '../../activities/record.ts';
import { firings } from '../../core/cron.ts';
import { type Home, openHome, queues } from '../../services/home.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { temper } from '../rig/temper.ts';
import { WorkflowRig } from '../rig/workflow-rig.ts';

let rig: WorkflowRig;
let folder: string;
let home: Home;
let env: Record<string, string>;
before(async () => {
  rig = await WorkflowRig.start();
  folder = await mkdtemp(join(tmpdir(), 'temper-schedule-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder, TEMPORAL_ADDRESS: rig.server.address, TZ: 'UTC' };
  home = openHome(env);
});
after(async () => {
  await rig.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Real workers of the home, real records, and steps that wait to be told how they end. */
async function withSteps(look: (steps: HeldSteps) => Promise<void>): Promise<void> {
  const steps = new HeldSteps();
  const deps = { runs: home.runs } as Deps;
  const activities = steps.activities({
    pin: async ({ runId, plan }: PinInput) => {
      await mkdir(join(home.runs, runId), { recursive: true });
      await rm(join(home.runs, runId, 'run.json'), { force: true });
      await writeFile(join(home.runs, runId, 'plan.json'), JSON.stringify(plan));
      return { pins: { files: {}, bases: {}, models: {} }, reused: {} };
    },
    record: record(deps),
    pauseSchedule: pauseSchedule(deps),
  });
  await rig.withWorkers(queues(home), activities, async () => await look(steps));
}

async function document(name: string, entries: string, command = 'true'): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  const step = `only: { uses: run, with: { command: ["${command}"] } }`;
  await writeFile(file, `name: ${name}\non:\n  schedule: [${entries}]\nsteps:\n  ${step}\n`);
  return file;
}

async function schedule(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await temper(['schedule', ...args], env);
  assert.equal(code, 0, stderr);
  return stdout;
}

const describe = async (id: string) => await rig.server.client.schedule.getHandle(id).describe();
const broken = () =>
  ApplicationFailure.create({
    type: 'BAD_DATA',
    message: 'no rows',
    nonRetryable: true,
    details: [{ remedy: 'add some' }],
  });

test('apply makes a schedule, applied twice it changes nothing, and a change is shown before it is made', async () => {
  await withSteps(async () => {
    const file = await document('applied', '{ cron: "30 2 * * *", timezone: Europe/Berlin }, { cron: "0 5 * * *" }');
    const first = await schedule('apply', file);
    assert.match(first, /applied new\n {2}cron 30 2 \* \* \*\n[\s\S]*catchup 23h\n/);
    assert.match(first, /fires \w{3} [\d-]+ 02:30 Europe\/Berlin {2}= {2}\w{3} [\d-]+ 0[01]:30 UTC/);
    assert.match(first, /the clocks of Europe\/Berlin skip 02:30: it does not fire then/);
    assert.match(first, /applied-2 new/);
    const { policies, spec } = await describe('applied');
    assert.deepEqual(
      [policies.overlap, policies.catchupWindow, spec.timezone],
      ['SKIP', 23 * 3_600_000, 'Europe/Berlin'],
    );

    assert.match(await schedule('apply', file), /applied unchanged\n[\s\S]*applied-2 unchanged\n/);

    await rig.server.client.schedule.getHandle('applied').pause('by a person');
    await document(
      'applied',
      '{ cron: "30 2 * * *", timezone: Europe/Berlin, overlap: buffer_one, catchup: 2h }',
      'false',
    );
    const dry = await schedule('apply', '--dry-run', file);
    for (const wanted of [
      /overlap skip → buffer_one/,
      /catchup 23h → 2h/,
      /only\.with\.command \["true"\] → \["false"\]/,
    ])
      assert.match(dry, wanted);
    assert.match(dry, /applied-2 removed/);
    assert.equal((await describe('applied')).policies.overlap, 'SKIP');

    assert.match(await schedule('apply', file), /applied changed \(paused: /);
    const changed = await describe('applied');
    assert.deepEqual([changed.policies.overlap, changed.state.paused], ['BUFFER_ONE', true]);
    await assert.rejects(describe('applied-2'), { name: 'ScheduleNotFoundError' });
    assert.match(await schedule('ls'), /applied {2}30 2 \* \* \* Europe\/Berlin {2}paused\n {2}has not run yet/);
    assert.match(await schedule('resume', 'applied'), /applied goes on\n {2}fires /);
    await schedule('delete', 'applied');
    const { code, stderr } = await temper(['schedule', 'show', 'applied'], env);
    assert.equal(code, 2);
    assert.match(stderr, /there is no schedule "applied"/);
  });
});

test('a schedule that this home has not made is left alone', async () => {
  await withSteps(async () => {
    const spec = { cronExpressions: ['0 0 1 1 *'] };
    const action = { type: 'startWorkflow' as const, workflowType: 'other', taskQueue: 'other', args: [] };
    await rig.server.client.schedule.create({ scheduleId: 'theirs', spec, action });
    const file = await document('theirs', '{ cron: "0 2 * * *" }');
    for (const args of [
      ['apply', file],
      ['delete', 'theirs'],
    ]) {
      const { code, stderr } = await temper(['schedule', ...args], env);
      assert.equal(code, 1);
      assert.match(stderr, /the schedule theirs was not made by temper, so it is left alone/);
    }
    assert.equal((await describe('theirs')).action.type, 'startWorkflow');
  });
});

test('a triggered run is a run like others: shown, logged, resumed; while it is open the schedule skips', async () => {
  await withSteps(async (steps) => {
    const file = await document('nightly', '{ cron: "0 2 1 1 *" }');
    await schedule('apply', file);
    await schedule('trigger', 'nightly');
    const only = await steps.next('only');
    const { runId } = only.input;
    assert.match(runId, /^nightly-\d{8}-\d{6}-utc$/);
    const { info } = await describe('nightly');
    const workflow = info.runningActions[0]!.workflow.workflowId;
    assert.match(workflow, /^nightly-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    const again = await temper(['schedule', 'trigger', 'nightly'], env);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /still goes on, and nightly skips/);
    await rig.server.client.schedule.getHandle('nightly').trigger('SKIP');
    await eventually(
      'a skipped firing',
      async () => (await describe('nightly')).info.numActionsSkippedOverlap || undefined,
    );

    assert.match((await temper(['ps'], env)).stdout, new RegExp(`${runId} +running`));
    assert.match((await temper(['show', workflow], env)).stdout, new RegExp(`${runId} running`));
    assert.equal((await temper(['logs', runId], env)).code, 0);
    only.fail(broken());
    await eventually('its end', async () => (await schedule('ls')).includes(`last run ${runId} failed`) || undefined);
    assert.equal((await temper(['resume', '--detach', runId], env)).code, 0);
    const second = await steps.next('only');
    assert.equal(second.input.runId, runId);
    second.succeed();
    await rig.server.client.workflow.getHandle(workflow).result();
    assert.match(await schedule('ls'), new RegExp(`last run ${runId} succeeded`));
    assert.equal(steps.started.length, 2);
  });
});

test('a backfill of two nights runs them one after the other, under the names of their times', async () => {
  await withSteps(async (steps) => {
    await schedule('apply', await document('missed', '{ cron: "0 2 * * *", timezone: Asia/Shanghai }'));
    const told = await schedule('backfill', 'missed', '--from', '2026-01-05', '--to', '2026-01-06');
    assert.equal(told.match(/02:00 Asia\/Shanghai/g)?.length, 2);
    const first = await steps.next('only');
    assert.equal(first.input.runId, 'missed-20260104-180000-utc');
    assert.equal(steps.started.length, 1);
    first.succeed();
    const second = await steps.next('only');
    assert.equal(second.input.runId, 'missed-20260105-180000-utc');
    second.succeed();
    await rig.server.client.workflow.getHandle('missed-2026-01-05T18:00:00Z').result();
  });
});

test('a schedule pauses itself after two failures in a row, and says why; resumed, it counts anew', async () => {
  await withSteps(async (steps) => {
    await schedule('apply', await document('failing', '{ cron: "0 2 * * *", pause_on_failure: 2 }'));
    // Nights after one another, each with its end awaited.
    const night = async (day: number) => {
      await schedule('backfill', 'failing', '--from', `2026-01-0${day}`, '--to', `2026-01-0${day}`);
      (await steps.next('only')).fail(broken());
      await assert.rejects(rig.server.client.workflow.getHandle(`failing-2026-01-0${day}T02:00:00Z`).result());
      return (await describe('failing')).state;
    };
    assert.equal((await night(1)).paused, false);
    const { paused, note } = await night(2);
    assert.equal(paused, true);
    assert.equal(note, 'paused by temper: 2 runs in a row failed, the last failing-20260102-020000-utc');
    await schedule('resume', 'failing');
    assert.equal((await night(3)).paused, false);
    assert.equal((await night(4)).paused, true);
  });
});

test('the times that temper tells are those at which Temporal fires, also when the clocks change', async () => {
  const cases = [
    ['30 2 * * *', 'Europe/Berlin'],
    ['0,30 1-3 * * *', 'America/New_York'],
    ['15 */6 1 * *', 'Asia/Shanghai'],
    ['0 0 * * *', 'Africa/Cairo'],
    ['0 6 * * MON-FRI,7', 'UTC'],
  ] as const;
  const { client, namespace } = rig.server;
  // The server tells a thousand times at most.
  const springAndAutumn = [
    [new Date('2027-03-01T00:00:00Z'), new Date('2027-05-05T00:00:00Z')],
    [new Date('2027-09-25T00:00:00Z'), new Date('2027-11-30T00:00:00Z')],
  ] as const;
  const stamp = (at: Date) => ({ seconds: at.getTime() / 1_000 }) as never;
  for (const [index, [cron, timezone]] of cases.entries()) {
    const scheduleId = `times-${index}`;
    const action = { type: 'startWorkflow' as const, workflowType: 'none', taskQueue: 'none', args: [] };
    await client.schedule.create({ scheduleId, spec: { cronExpressions: [cron], timezone }, action });
    for (const [from, to] of springAndAutumn) {
      const { startTime } = await client.workflowService.listScheduleMatchingTimes({
        namespace,
        scheduleId,
        startTime: stamp(from),
        endTime: stamp(to),
      });
      const told = [...firings({ cron, timezone, end: to.getTime() }, from)].map((at) => at.getTime() / 1_000);
      assert.deepEqual(
        told,
        startTime?.map(({ seconds }) => Number(seconds)),
        `${cron} ${timezone}`,
      );
    }
  }
});
