import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { NotifyInput, StepInput } from '../../protocol/activities.ts';
import type { PersonAnswer } from '../../protocol/message-schemas.ts';
import type { RunPipeline } from '../../protocol/run-input.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
before(async () => {
  rig = await WorkflowRig.start();
});
after(() => rig.stop());

type Run = WorkflowHandle<RunPipeline>;
type Word = NonNullable<StepState['waitsFor']>['words'][number];

/** A raw client of Temporal, as its pages or a script of somebody's are one. */
const say = async (run: Run, word: Word, ...saying: [PersonAnswer?]): Promise<string> =>
  await run.executeUpdate(word, { args: saying as [] });
/** What the run answers to an update that it refuses. */
const refused = async (run: Run, word: Word, ...saying: [unknown?]): Promise<string> =>
  await run.executeUpdate(word, { args: saying as [] }).then(
    () => assert.fail(`${word} was taken`),
    (error: Error) => String((error.cause as Error | undefined)?.message ?? error.message),
  );
const waits = async (run: Run, id: string) =>
  await eventually(`${id} to wait for a person`, async () => (await run.query<RunState>('state')).steps[id]?.waitsFor);
const states = ({ steps }: RunState) => Object.fromEntries(Object.entries(steps).map(([id, { state }]) => [id, state]));
const broken = (message = 'the disk is on fire') =>
  ApplicationFailure.create({ type: 'BAD_DATA', message, nonRetryable: true, details: [{ remedy: 'put it out' }] });

const asking = (options = '') => `
name: asking
steps:
  verdict: { uses: evaluate, with: { before: a, after: b, prompts: ./q.jsonl } }
  ask: { uses: approve, needs: verdict, with: { message: "Serve it at \${{ steps.verdict.outputs.score }}?"${options} } }
  serve: { uses: run, if: steps.ask.outputs.approved, with: { command: [echo, "\${{ steps.ask.outputs.by }}"] } }
`;
const judged = { outputs: { score: 0.9, verdict: 'after 0.90, before 0.40' }, summary: 'after 0.90, before 0.40' };

test('an approval shows what it asks, the verdict before it and what to type; who approved and why goes on with the run', async () => {
  const steps = new HeldSteps();
  await rig.run(asking(), steps.activities(), async (run, runId) => {
    assert.match(await refused(run, 'approve'), /no step of asking-\S+ waits for `approve`/);
    (await steps.next('verdict')).succeed(judged);
    const { since, ...asked } = await waits(run, 'ask');
    assert.ok(Math.abs(Date.now() - since) < 60_000);
    assert.deepEqual(asked, {
      words: ['approve', 'reject'],
      about: 'Serve it at 0.9?',
      verdicts: ['verdict: after 0.90, before 0.40'],
      type: [`npx temper approve ${runId} --step ask`, `npx temper reject ${runId} --step ask`],
    });
    assert.match(
      await refused(run, 'approve', { step: 'serve' }),
      /"serve" does not wait for `approve`; waiting for it: ask/,
    );
    assert.match(await refused(run, 'retry'), /ask waits for approve or reject/);
    assert.match(await refused(run, 'approve', 'yes'), /must be a JSON object such as/);
    assert.match(
      await refused(run, 'approve', { coment: 'yes' }),
      /has no key "coment"; it may have: step, comment, by/,
    );
    assert.match(await refused(run, 'approve', { comment: 3 }), /"comment" must be text/);
    assert.equal(await say(run, 'approve', { comment: 'reads well', by: 'ann@desk' }), 'ask: approve (ann@desk)');
    const serve = await steps.next('serve');
    assert.deepEqual(serve.input.with, { command: ['echo', 'ann@desk'], env: {}, outputs: {} });
    serve.succeed();
    const state = await ending(run);
    assert.deepEqual(states(state), { verdict: 'succeeded', ask: 'succeeded', serve: 'succeeded' });
    assert.deepEqual(state.steps.ask?.outputs, { approved: true, by: 'ann@desk', comment: 'reads well' });
    assert.equal(state.steps.ask?.summary, 'approved by ann@desk: reads well');
    assert.equal(state.steps.ask?.waitsFor, undefined);
    assert.ok(state.steps.ask!.startedAt! <= state.steps.ask!.endedAt!);
    assert.deepEqual(steps.records, [state]);
  });
});

test('an update without an argument approves too, and Temporal’s pages describe it', async () => {
  const steps = new HeldSteps();
  await rig.run(asking(), steps.activities(), async (run) => {
    (await steps.next('verdict')).succeed(judged);
    await waits(run, 'ask');
    const metadata = await run.query<{
      definition: { updateDefinitions: { name: string; description: string }[] };
      currentDetails: string;
    }>('__temporal_workflow_metadata');
    const approve = metadata.definition.updateDefinitions.find(({ name }) => name === 'approve');
    assert.match(approve?.description ?? '', /"step": .*"comment": .*"by": /);
    assert.match(
      metadata.currentDetails,
      /waits for you\*\*: Serve it at 0\.9\?[\s\S]*verdict: after 0\.90[\s\S]*npx temper approve/,
    );
    await run.executeUpdate('approve');
    (await steps.next('serve')).succeed();
    assert.equal((await ending(run)).steps.ask?.outputs?.by, 'somebody through Temporal');
  });
});

test('a rejection fails the step with who and why, is not tried again, and blocks what depends on it', async () => {
  const steps = new HeldSteps();
  await rig.run(asking(), steps.activities(), async (run) => {
    (await steps.next('verdict')).succeed(judged);
    await waits(run, 'ask');
    await say(run, 'reject', { comment: 'it swears', by: 'bob@desk' });
    const state = await ending(run);
    assert.deepEqual(states(state), { verdict: 'succeeded', ask: 'failed', serve: 'blocked' });
    assert.equal(state.steps.ask?.failure?.code, 'REJECTED');
    assert.equal(state.steps.ask?.failure?.message, 'rejected by bob@desk: it swears');
    assert.deepEqual(state.steps.ask?.outputs, { approved: false, by: 'bob@desk', comment: 'it swears' });
    assert.equal(state.status, 'failed');
  });
});

test('silence rejects or approves once its time is over, as the document says', async () => {
  for (const [on, end] of [
    ['', 'failed'],
    [', on_timeout: approve', 'succeeded'],
  ] as const) {
    const steps = new HeldSteps();
    await rig.run(asking(`, timeout: 100ms${on}`), steps.activities(), async (run) => {
      (await steps.next('verdict')).succeed(judged);
      if (end === 'succeeded') (await steps.next('serve')).succeed();
      const { steps: ended } = await ending(run);
      assert.equal(ended.ask?.state, end);
      assert.match(ended.ask?.failure?.message ?? ended.ask?.summary ?? '', /nobody answered within 100ms/);
      assert.equal(ended.ask?.outputs?.by, 'nobody');
    });
  }
});

test('of several approvals one must be named; other branches go on meanwhile, and cancel ends the waiting', async () => {
  const steps = new HeldSteps();
  const document = `
name: several
steps:
  a: { uses: approve }
  b: { uses: approve }
  own: { uses: run, with: { command: ["true"] } }
`;
  await rig.run(document, steps.activities(), async (run) => {
    await Promise.all([waits(run, 'a'), waits(run, 'b')]);
    assert.match(await refused(run, 'approve'), /several steps .* wait; name one by its id; waiting for it: a, b/);
    await say(run, 'approve', { step: 'b' });
    (await steps.next('own')).succeed();
    await eventually('the other branch to end', async () =>
      (await run.query<RunState>('state')).steps.own?.state === 'succeeded' ? true : undefined,
    );
    await run.cancel();
    const state = await ending(run);
    assert.deepEqual(states(state), { a: 'cancelled', b: 'succeeded', own: 'succeeded' });
    assert.equal(state.steps.a?.waitsFor, undefined);
    assert.equal(state.status, 'cancelled');
  });
});

const mending = `
name: mending
on_step_failure: wait
steps:
  first: { uses: run, with: { command: ["true"] }, retry: { max_attempts: 1 } }
  last: { uses: run, needs: first, with: { command: ["true"] } }
  other: { uses: run, with: { command: ["true"] } }
`;

test('a failed step of a run that waits is run again by `retry`, its failures counted anew, and the run succeeds', async () => {
  const steps = new HeldSteps();
  await rig.run(mending, steps.activities(), async (run, runId) => {
    const first = await steps.next('first');
    assert.equal(first.input.retried, undefined);
    first.fail(broken());
    const waitsFor = await waits(run, 'first');
    assert.deepEqual(waitsFor.words, ['retry', 'skip']);
    assert.equal(waitsFor.about, 'it has failed: the disk is on fire');
    assert.equal(waitsFor.type[0], `npx temper retry ${runId} --step first`);
    assert.equal((await run.query<RunState>('state')).steps.first?.failure?.remedy, 'put it out');
    (await steps.next('other')).succeed();
    await say(run, 'retry');
    const again = await steps.next('first');
    assert.equal(again.input.retried, 1);
    again.fail(broken('still on fire'));
    await eventually('the second failure', async () =>
      (await run.query<RunState>('state')).steps.first?.waitsFor?.about.includes('still') ? true : undefined,
    );
    await say(run, 'retry', { step: 'first' });
    const third = await steps.next('first');
    assert.equal(third.input.retried, 2);
    third.succeed();
    (await steps.next('last')).succeed();
    const state = await ending(run);
    assert.deepEqual(states(state), { first: 'succeeded', last: 'succeeded', other: 'succeeded' });
    assert.equal(state.steps.first?.failure, undefined);
  });
});

test('`skip` lets it end as skipped, with what depends on it; who did it is in the record', async () => {
  const steps = new HeldSteps();
  await rig.run(mending, steps.activities(), async (run) => {
    (await steps.next('first')).fail(broken());
    (await steps.next('other')).succeed();
    await waits(run, 'first');
    await say(run, 'skip', { by: 'ann@desk', comment: 'not needed today' });
    const state = await ending(run);
    assert.deepEqual(states(state), { first: 'skipped', last: 'skipped', other: 'succeeded' });
    assert.equal(
      state.steps.first?.summary,
      'skipped by ann@desk (not needed today) after it had failed: the disk is on fire',
    );
    assert.equal(state.status, 'succeeded');
  });
});

test('nothing waits for a step that was rejected, or whose run is cancelled', async () => {
  const rejected = new HeldSteps();
  await rig.run(
    'name: p\non_step_failure: wait\nsteps:\n  ask: { uses: approve }\n',
    rejected.activities(),
    async (run) => {
      await waits(run, 'ask');
      await say(run, 'reject');
      assert.equal((await ending(run)).steps.ask?.failure?.code, 'REJECTED');
    },
  );
  const cancelled = new HeldSteps();
  const failsWhenCancelled = async (input: StepInput) => {
    const held = new HeldSteps().activities().run(input);
    return await held.catch(() => {
      throw broken('it broke while it was stopped');
    });
  };
  await rig.run(mending, cancelled.activities({ run: failsWhenCancelled }), async (run) => {
    await eventually('both to run', async () => {
      const { first, other } = (await run.query<RunState>('state')).steps;
      return first?.state === 'running' && other?.state === 'running' ? true : undefined;
    });
    await run.cancel();
    const state = await ending(run);
    assert.equal(state.status, 'cancelled');
    assert.equal(state.steps.first?.waitsFor, undefined);
  });
});

test('on_waiting tells once of what began to wait together, not of what was answered at once; within a pipeline the whole run’s', async () => {
  const steps = new HeldSteps();
  const sent: NotifyInput[] = [];
  const ask = 'uses: approve';
  const notify = async (input: NotifyInput) => void sent.push(input);
  await rig.run(
    `name: p\non_waiting: { run: [whole] }\nsteps: { one: { ${ask} }, two: { ${ask} }, quick: { ${ask} }, part: { uses: ./part.yaml } }`,
    steps.activities({ notify }),
    async (run, runId) => {
      const part = rig.server.client.workflow.getHandle(`${runId}.part`);
      for (const id of ['one', 'two', 'quick']) await waits(run, id);
      await say(run, 'approve', { step: 'quick' });
      await eventually('both runs to notify', () => (sent.length === 2 ? sent : undefined));
      const of = new Map(sent.map(({ notification, channel }) => [notification.run, { notification, channel }]));
      const [whole, inner] = [of.get(runId)!, of.get(`${runId}.part`)!];
      assert.deepEqual([whole.channel, inner.channel], [{ run: ['whole'] }, { run: ['whole'] }]);
      assert.ok(whole.notification.status === 'waiting' && inner.notification.status === 'waiting');
      assert.deepEqual(
        [whole.notification.waiting_steps, inner.notification.waiting_steps],
        [['one', 'two'], ['inner']],
      );
      assert.match(inner.notification.text, new RegExp(`npx temper approve ${runId}\\.part --step inner`));
      for (const step of ['one', 'two']) await say(run, 'approve', { step });
      await part.executeUpdate('approve', { args: [{}] });
      await ending(run);
      assert.equal(sent.length, 2);
    },
    {},
    { './part.yaml': `name: part\non_waiting: { run: [inner] }\nsteps: { inner: { ${ask} } }` },
  );
});
