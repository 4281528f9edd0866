// needs: temporal
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { workflowIdOf } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { parseShape } from '../rig/assert-shape.ts';
import { eventually } from '../rig/eventually.ts';
import { HomeRig } from '../rig/servers/home-rig.ts';

let rig: HomeRig;
before(async () => {
  rig = await HomeRig.start();
});
after(async () => await rig.stop());

const asking = `name: asking
on: { schedule: [{ cron: "0 2 * * *", timezone: UTC }] }
steps:
  ask: { uses: approve, with: { message: "Go on?" } }
  go: { uses: run, with: { command: ["true"] }, needs: ask }
`;
const waitsForMe = async (run: string) =>
  await eventually(`ask of ${run} to wait`, async () => {
    const state = await rig.rig.server.client.workflow.getHandle(workflowIdOf(run)).query<RunState>('state');
    return state.steps.ask?.waitsFor;
  });

test('a program starts, pauses, resumes, answers, watches and cancels runs by what is printed', async () => {
  const file = await rig.file('asking.yaml', asking);
  await rig.withSteps(async (steps) => {
    const { run, status } = parseShape('run', await rig.ok('run', '--detach', '--json', file));
    assert.equal(status, 'running');
    await waitsForMe(run);
    assert.deepEqual(parseShape('pause', await rig.ok('pause', run, '--json')), { run, status: 'running', done: true });
    assert.equal(parseShape('resume', await rig.ok('resume', '--detach', '--json', run)).run, run);
    const [listed] = parseShape('ps', await rig.ok('ps', '--json'));
    assert.equal(listed!.run, run);
    assert.deepEqual(parseShape('approve', await rig.ok('approve', run, '--json')), {
      run,
      step: 'ask',
      answer: 'approve',
    });
    const watching = rig.ok('watch', run, '--json');
    (await steps.next('go')).succeed();
    assert.equal(parseShape('watch', await watching).status, 'succeeded');
    assert.equal(parseShape('show', await rig.ok('show', run, '--json')).status, 'succeeded');
    assert.equal(parseShape('cancel', await rig.ok('cancel', run, '--json')).done, false);
    const planned = parseShape(
      'rerun',
      await rig.ok('rerun', run, '--set', 'ask.message=Well?', '--dry-run', '--json'),
    );
    assert.deepEqual(planned, { of: run, changes: [{ name: 'ask.message', before: 'Go on?', after: 'Well?' }] });
  });
});

test('a program keeps schedules by what is printed', async () => {
  const file = await rig.file('asking.yaml', asking);
  const [applied] = parseShape('schedule apply', await rig.ok('schedule', 'apply', file, '--json'));
  assert.deepEqual([applied!.schedule, applied!.change], ['asking', 'new']);
  const [again] = parseShape('schedule apply', await rig.ok('schedule', 'apply', file, '--json'));
  assert.equal(again!.change, 'unchanged');
  const [listed] = parseShape('schedule ls', await rig.ok('schedule', 'ls', '--json'));
  assert.match(listed!.next!, /T02:00:00\.000Z$/);
  assert.equal(parseShape('schedule show', await rig.ok('schedule', 'show', 'asking', '--json')).paused, false);
  for (const done of ['pause', 'resume', 'delete'] as const)
    assert.deepEqual(parseShape(`schedule ${done}`, await rig.ok('schedule', done, 'asking', '--json')), {
      schedule: 'asking',
      done,
    });
});
