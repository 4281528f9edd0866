// needs: temporal
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { timeIn } from '../../cli/view/firing-times.ts';
import { firings } from '../../core/schedule/cron.ts';
import { eventually } from '../rig/eventually.ts';
import { broken, HomeRig } from '../rig/servers/home-rig.ts';

let rig: HomeRig;
before(async () => {
  rig = await HomeRig.start();
});
after(async () => await rig.stop());

async function document(name: string, entries: string, command = 'true'): Promise<string> {
  const step = `only: { uses: run, with: { command: ["${command}"] } }`;
  return await rig.file(`${name}.yaml`, `name: ${name}\non:\n  schedule: [${entries}]\nsteps:\n  ${step}\n`);
}

const schedule = async (...args: string[]) => await rig.ok('schedule', ...args);
const schedules = () => rig.rig.server.client.schedule;
const describe = async (id: string) => await schedules().getHandle(id).describe();
const workflow = (id: string) => rig.rig.server.client.workflow.getHandle(id);
/** A cron that no test lives to see. */
const rare = '0 2 1 1 *';

test('apply makes a schedule, applied twice it changes nothing, and a change is shown before it is made', async () => {
  await rig.withSteps(async () => {
    const file = await document('applied', '{ cron: "30 2 * * *", timezone: Europe/Berlin }, { cron: "0 5 * * *" }');
    const first = await schedule('apply', file);
    assert.match(first, /applied new\n {2}cron 30 2 \* \* \*\n[\s\S]*catchup 23h\n/);
    assert.match(first, /fires \w{3} [\d-]+ 02:30 Europe\/Berlin {2}= {2}\w{3} [\d-]+ 0[01]:30 UTC/);
    assert.match(first, /the clocks of Europe\/Berlin skip 02:30: it does not fire then/);
    assert.match(first, /the clocks of Europe\/Berlin show 02:30 twice/);
    assert.match(first, /applied-2 new/);
    const { policies, spec } = await describe('applied');
    assert.deepEqual(
      [policies.overlap, policies.catchupWindow, spec.timezone],
      ['SKIP', 23 * 3_600_000, 'Europe/Berlin'],
    );

    const before = JSON.stringify([await describe('applied'), await describe('applied-2')].map(({ spec }) => spec));
    const updated = (await describe('applied')).info.lastUpdatedAt;
    assert.match(await schedule('apply', file), /applied unchanged\n[\s\S]*applied-2 unchanged\n/);
    assert.deepEqual((await describe('applied')).info.lastUpdatedAt, updated);
    assert.equal(
      JSON.stringify([await describe('applied'), await describe('applied-2')].map(({ spec }) => spec)),
      before,
    );

    await schedules().getHandle('applied').pause('by a person');
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

    assert.match(await schedule('apply', file), /applied changed \(paused\)[\s\S]*temper schedule resume applied/);
    const changed = await describe('applied');
    assert.deepEqual([changed.policies.overlap, changed.state.paused], ['BUFFER_ONE', true]);
    await assert.rejects(describe('applied-2'), { name: 'ScheduleNotFoundError' });
    assert.match(await schedule('ls'), /applied {2}30 2 \* \* \* Europe\/Berlin {2}paused\n {2}no run yet/);
    assert.match(await schedule('resume', 'applied'), /applied is resumed\n {2}fires /);
    await schedule('delete', 'applied');
    const { code, stderr } = await rig.temper('schedule', 'show', 'applied');
    assert.equal(code, 2);
    assert.match(stderr, /there is no schedule "applied"/);
  });
});

test('every rule of an entry reaches the server, and the times shown are the server’s own', async () => {
  await rig.withSteps(async () => {
    const [day] = new Date(Date.now() + 3 * 86_400_000).toISOString().split('T');
    const rules = `cron: "0,30 * * * *", timezone: Australia/Lord_Howe, jitter: 90s, until: ${day}, pause_on_failure: 1`;
    const told = await schedule('apply', await document('ruled', `{ ${rules} }`));
    for (const rule of [/catchup 15m\n/, /jitter 90s\n/, /pause_on_failure 1\n/, new RegExp(`until ${day}\n`)])
      assert.match(told, rule);
    const { spec, policies, info, action } = await describe('ruled');
    assert.deepEqual([spec.jitter, policies.catchupWindow, policies.pauseOnFailure], [90_000, 15 * 60_000, true]);
    assert.match(timeIn(spec.endAt!, 'Australia/Lord_Howe'), new RegExp(`${day} 23:59`));
    assert.match(JSON.stringify(action.typedSearchAttributes), /ruled/);
    const shown = await schedule('show', 'ruled');
    for (const at of info.nextActionTimes.slice(1, 5)) assert.ok(shown.includes(timeIn(at, 'Australia/Lord_Howe')));
    assert.match(shown, /jitter 90s\n {2}pauses after 1 failed runs in a row\n {2}until /);
    await schedules().getHandle('ruled').delete();
  });
});

test('what this home has not made is left alone', async () => {
  await rig.withSteps(async () => {
    const spec = { cronExpressions: ['0 0 1 1 *'] };
    const action = { type: 'startWorkflow' as const, workflowType: 'other', taskQueue: 'other', args: [] };
    await schedules().create({ scheduleId: 'theirs', spec, action });
    const memo = { temperHome: 'another', pipeline: 'ours' };
    await schedules().create({ scheduleId: 'ours-2', spec, action, memo });
    const file = await document('theirs', `{ cron: "${rare}" }`);
    const ours = await document('ours', `{ cron: "${rare}" }`);
    // The first of the two is not made either.
    for (const args of [
      ['apply', ours, file],
      ['delete', 'theirs'],
    ]) {
      const { code, stderr } = await rig.temper('schedule', ...args);
      assert.equal(code, 1);
      assert.match(stderr, /the schedule theirs was not created by temper; temper does not change it/);
    }
    await assert.rejects(describe('ours'), { name: 'ScheduleNotFoundError' });
    assert.equal((await describe('theirs')).action.workflowType, 'other');

    await schedule('apply', ours);
    assert.doesNotMatch(await schedule('apply', ours), /removed/);
    assert.doesNotMatch(await schedule('ls'), /theirs|ours-2/);
    assert.equal((await describe('ours-2')).action.workflowType, 'other');
    const two = await document('ours', `{ cron: "${rare}" }, { cron: "${rare}" }`);
    assert.match((await rig.temper('schedule', 'apply', two)).stderr, /ours-2 belongs to another home of temper/);
    for (const id of ['theirs', 'ours-2']) await schedules().getHandle(id).delete();
    await schedules().getHandle('ours').delete();
  });
});

test('a run of a schedule that no worker has taken yet is listed', async () => {
  await rig.withSteps(async () => {
    await schedule('apply', await document('early', `{ cron: "${rare}" }`));
  });
  await schedule('trigger', 'early');
  const line = await eventually(
    'the run in the list',
    async () =>
      /^(early-\S+-utc) +running .*waiting for a worker .*\[schedule early\]$/m.exec(await rig.ok('ps')) ?? undefined,
  );
  await rig.withSteps(async (steps) => {
    const only = await steps.next('only');
    assert.equal(only.input.runId, line[1]);
    only.succeed();
    await eventually('its end', async () => (await rig.ok('ps')).includes('succeeded') || undefined);
  });
});

test('a triggered run is a run like others: shown, logged, resumed; while it is open the schedule skips', async () => {
  await rig.withSteps(async (steps) => {
    const file = await document('nightly', `{ cron: "${rare}" }`);
    await schedule('apply', file);
    await schedule('trigger', 'nightly');
    const only = await steps.next('only');
    const { runId } = only.input;
    assert.match(runId, /^nightly-\d{8}-\d{6}-utc$/);
    const { info } = await describe('nightly');
    const id = info.runningActions[0]!.workflow.workflowId;
    assert.match(id, /^nightly-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    const again = await rig.temper('schedule', 'trigger', 'nightly');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is still open, and nightly has `overlap: skip`/);
    await schedules().getHandle('nightly').trigger('SKIP');
    await eventually(
      'a skipped firing',
      async () => (await describe('nightly')).info.numActionsSkippedOverlap || undefined,
    );

    assert.match(await rig.ok('ps'), new RegExp(`${runId} +running`));
    assert.match(await rig.ok('show', id), new RegExp(`${runId} running`));
    assert.equal((await rig.temper('logs', runId)).code, 0);
    only.fail(broken());
    await eventually('its end', async () => (await schedule('ls')).includes(`last run ${runId} failed`) || undefined);
    assert.match(
      await rig.ok('ps'),
      new RegExp(`${runId} +failed +\\S+ +only failed: no rows +\\[schedule nightly\\]`),
    );
    await rig.ok('resume', '--detach', runId);
    const second = await steps.next('only');
    assert.equal(second.input.runId, runId);
    second.succeed();
    await workflow(id).result();
    assert.match(await schedule('ls'), new RegExp(`last run ${runId} succeeded`));
    assert.equal(steps.started.length, 2);
  });
});

test('overlap: buffer_one starts one waiting run when the first has ended, and skips a third', async () => {
  await rig.withSteps(async (steps) => {
    await schedule('apply', await document('buffered', `{ cron: "${rare}", overlap: buffer_one }`));
    await schedule('trigger', 'buffered');
    const first = await steps.next('only');
    await schedule('trigger', 'buffered');
    await schedule('trigger', 'buffered');
    await eventually(
      'the third to be skipped',
      async () => (await describe('buffered')).info.numActionsSkippedOverlap === 1 || undefined,
    );
    assert.equal(steps.started.length, 1);
    first.succeed();
    const second = await steps.next('only');
    assert.notEqual(second.input.runId, first.input.runId);
    second.succeed();
    await eventually('the last end', async () => (await schedule('ls')).includes('succeeded') || undefined);
    assert.equal(steps.started.length, 2);
  });
});

test('overlap: cancel_other cancels the run that goes on, which counts as no failure, and starts the new one', async () => {
  await rig.withSteps(async (steps) => {
    const rules = `{ cron: "${rare}", overlap: cancel_other, pause_on_failure: 1 }`;
    await schedule('apply', await document('replaced', rules));
    await schedule('trigger', 'replaced');
    const first = await steps.next('only');
    await schedule('trigger', 'replaced');
    await first.cancelled;
    const second = await steps.next('only');
    assert.match(await rig.ok('show', first.input.runId), /cancelled/);
    second.succeed();
    await eventually(
      'its end',
      async () => (await schedule('ls')).includes(`last run ${second.input.runId} succeeded`) || undefined,
    );
    assert.equal((await describe('replaced')).state.paused, false);
  });
});

test('a backfill of two nights runs them one after the other, under the names of their times', async () => {
  await rig.withSteps(async (steps) => {
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
    await workflow('missed-2026-01-05T18:00:00Z').result();
    for (const [from, to, problem] of [
      ['2026-01-05T03:00', '2026-01-05T20:00', /does not fire between/],
      ['2026-01-06', '2026-01-05', /is before `--from`/],
      ['2026-01-05', '2099-01-05', /`--to` must be in the past/],
      ['2025-01-05', '2026-01-05', /more than 100 times/],
      ['yesterday', '2026-01-05', /must be a day or a time/],
    ] as const)
      assert.match((await rig.temper('schedule', 'backfill', 'missed', '--from', from, '--to', to)).stderr, problem);
    await schedules().getHandle('missed').delete();
  });
});

test('a schedule pauses itself after two failures in a row, and says why; a success or a resume begins the count anew', async () => {
  await rig.withSteps(async (steps) => {
    await schedule('apply', await document('failing', '{ cron: "0 2 * * *", pause_on_failure: 2 }'));
    // Nights after one another, each with its end awaited; whether it is paused then.
    const night = async (day: number, end: 'fails' | 'succeeds' | 'is cancelled') => {
      await schedules()
        .getHandle('failing')
        .backfill({
          start: new Date(`2026-01-0${day}T01:59:59Z`),
          end: new Date(`2026-01-0${day}T02:00:00Z`),
          overlap: 'BUFFER_ALL',
        });
      const only = await steps.next('only');
      const handle = workflow(`failing-2026-01-0${day}T02:00:00Z`);
      if (end === 'succeeds') only.succeed();
      else if (end === 'fails') only.fail(broken());
      else await handle.cancel();
      await handle.result().catch(() => {});
      return (await describe('failing')).state.paused;
    };
    assert.equal(await night(1, 'fails'), false);
    assert.equal(await night(2, 'succeeds'), false);
    assert.equal(await night(3, 'fails'), false);
    assert.equal(await night(4, 'is cancelled'), false);
    assert.equal(await night(5, 'fails'), true);
    const { note } = (await describe('failing')).state;
    assert.equal(note, 'paused by temper: 2 runs in a row failed, the last failing-20260105-020000-utc');
    assert.match(
      await schedule('show', 'failing'),
      /failing paused {2}paused by temper: 2 runs[\s\S]*paused; fires again after/,
    );
    await schedule('resume', 'failing');
    assert.equal(await night(6, 'fails'), false);
    assert.equal(await night(7, 'fails'), true);
    await schedules().getHandle('failing').delete();
  });
});

test('a schedule that is paused fires again when it is resumed, and shows its times then', async () => {
  await rig.withSteps(async () => {
    await schedule('apply', await document('held', '{ cron: "0 2 * * *" }'));
    await schedule('pause', 'held', '--note', 'holidays');
    const { state } = await describe('held');
    assert.deepEqual([state.paused, state.note], [true, 'holidays']);
    assert.match(await schedule('show', 'held'), /held paused {2}holidays/);
    assert.equal((await schedule('resume', 'held')).match(/fires /g)?.length, 5);
    assert.equal((await describe('held')).state.paused, false);
    await schedules().getHandle('held').delete();
  });
});

test('the times that temper reckons are those at which Temporal fires, also when the clocks change', async () => {
  const cases = [
    ['30 2 * * *', 'Europe/Berlin'],
    ['0,30 1-3 * * *', 'America/New_York'],
    ['15 */6 1 * *', 'Asia/Shanghai'],
    ['0 0 * * *', 'Africa/Cairo'],
    ['0 6 * * MON-FRI,7', 'UTC'],
  ] as const;
  const { client, namespace } = rig.rig.server;
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
