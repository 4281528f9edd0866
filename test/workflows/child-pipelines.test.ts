import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { PinInput } from '../../protocol/activities.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
before(async () => {
  rig = await WorkflowRig.start();
});
after(() => rig.stop());

const inner = `
name: inner
inputs: { rank: { type: number } }
outputs: { loss: "\${{ steps.train.outputs.eval_loss }}", made: "\${{ steps.make.outputs.files }}", late: "\${{ steps.never.outputs.rows }}" }
steps:
  make: { uses: run, with: { command: [make], outputs: { files: { path: f, type: dataset } } } }
  train: { uses: train, with: { base: ./b, dataset: "\${{ steps.make.outputs.files }}", lora: { r: "\${{ inputs.rank }}" } } }
  never: { uses: prepare, if: inputs.rank > 100, with: { source: ./rows.jsonl } }
`;
const outer = (keys = '') => `
name: outer
${keys}
steps:
  part: { uses: ./inner.yaml, with: { rank: 4 } }
  after: { uses: run, if: steps.part.outputs.loss < 1, with: { command: [cat], inputs: { d: "\${{ steps.part.outputs.made }}" } } }
`;
const files = { './inner.yaml': inner };
const dataset: Handle = { uri: 'artifact:1', digest: 'sha256:1', size: 1, kind: 'dataset' };
const made = { outputs: { files: dataset }, artifacts: [dataset.digest] };
const states = ({ steps }: RunState) => Object.fromEntries(Object.entries(steps).map(([id, { state }]) => [id, state]));
const broken = () =>
  ApplicationFailure.create({
    type: 'NAN_LOSS',
    message: 'the loss is NaN',
    nonRetryable: true,
    details: [{ remedy: 'learn slower' }],
  });
const stateOf = async (workflow: string) =>
  await rig.server.client.workflow.getHandle(workflow).query<RunState>('state');

test('a pipeline runs as a step: a run of its own, whose outputs the steps after it read', async () => {
  const steps = new HeldSteps();
  const pinned: PinInput[] = [];
  const pin = async (input: PinInput) => {
    pinned.push(input);
    return { pins: { files: { '/rows': { digest: 'd', size: 1 } }, bases: {}, models: {} }, reused: {} };
  };
  await rig.run(
    outer(),
    steps.activities({ pin }),
    async (run, runId) => {
      const make = await steps.next('make');
      assert.equal(make.input.runId, `${runId}.part`);
      assert.equal((await run.query<RunState>('state')).steps.part?.run, `${runId}.part`);
      make.succeed(made);
      const train = await steps.next('train');
      assert.equal((train.input.with as { lora: { r: number } }).lora.r, 4);
      train.succeed({ outputs: { eval_loss: 0.5 } });
      const last = await steps.next('after');
      assert.deepEqual(last.input.with, { command: ['cat'], inputs: { d: dataset }, env: {}, outputs: {} });
      last.succeed();
      const state = await ending(run);
      assert.deepEqual(states(state), { part: 'succeeded', after: 'succeeded' });
      assert.deepEqual(
        state.steps.part?.outputs,
        { loss: 0.5, made: dataset },
        'what a skipped step would have made is left out',
      );
      assert.equal(state.steps.part?.summary, 'inner: 3 steps, 1 skipped');
      // What the whole has pinned holds for its parts, so that no two versions are mixed.
      assert.deepEqual(
        pinned.map(({ runId, pins }) => [runId, pins?.files]),
        [
          [runId, undefined],
          [`${runId}.part`, { '/rows': { digest: 'd', size: 1 } }],
        ],
      );
      assert.deepEqual(
        (steps.records as RunState[]).map(({ runId }) => runId),
        [`${runId}.part`, runId],
      );
    },
    {},
    files,
  );
});

test('a pipeline that fails fails its step with what failed in it, and the remedy; the whole resumes it from what had succeeded', async () => {
  const steps = new HeldSteps();
  const activities = steps.activities();
  let state: RunState | undefined;
  await rig.run(
    outer(),
    activities,
    async (run) => {
      (await steps.next('make')).succeed(made);
      (await steps.next('train')).fail(broken());
      state = await ending(run);
    },
    {},
    files,
  );
  assert.deepEqual(states(state!), { part: 'failed', after: 'blocked' });
  const { code, message, remedy } = state!.steps.part!.failure!;
  assert.equal(code, 'PIPELINE_FAILED');
  assert.match(message, /^outer-\S+\.part failed: train: the loss is NaN$/);
  assert.equal(remedy, 'learn slower');

  const pins = { files: {}, bases: {}, models: {} };
  const succeeded = { make: { uses: 'run' as const, state: 'succeeded' as const, outputs: made.outputs } };
  await rig.run(
    outer(),
    activities,
    async (run) => {
      (await steps.next('train')).succeed({ outputs: { eval_loss: 0.5 } });
      (await steps.next('after')).succeed();
      assert.equal((await ending(run)).status, 'succeeded');
      assert.equal(steps.started.filter((step) => step === 'make').length, 1);
    },
    { resume: { pins, succeeded: {}, children: { part: { pins, succeeded } } } },
    files,
  );
});

test('in a run that waits, `retry` runs a failed pipeline again from what had succeeded in it', async () => {
  const steps = new HeldSteps();
  await rig.run(
    outer('on_step_failure: wait'),
    steps.activities(),
    async (run) => {
      (await steps.next('make')).succeed(made);
      (await steps.next('train')).fail(broken());
      await eventually('the step to wait', async () => (await run.query<RunState>('state')).steps.part?.waitsFor);
      await run.executeUpdate('retry');
      (await steps.next('train')).succeed({ outputs: { eval_loss: 0.5 } });
      (await steps.next('after')).succeed();
      assert.equal((await ending(run)).status, 'succeeded');
      assert.equal(steps.started.filter((step) => step === 'make').length, 1);
    },
    {},
    files,
  );
});

test('pause, resume and cancel reach the pipelines within a run, which closes after them', async () => {
  const steps = new HeldSteps();
  await rig.run(
    outer(),
    steps.activities(),
    async (run, runId) => {
      (await steps.next('make')).succeed(made);
      const train = await steps.next('train');
      await run.signal('pause');
      await train.cancelled;
      await eventually('the part to be paused', async () =>
        (await stateOf(`${runId}.part`)).status === 'paused' ? true : undefined,
      );
      await run.signal('resume');
      const again = await steps.next('train');
      await run.cancel();
      await again.cancelled;
      const state = await ending(run);
      assert.deepEqual(states(state), { part: 'cancelled', after: 'cancelled' });
      const part = rig.server.client.workflow.getHandle(`${runId}.part`);
      assert.equal((await part.describe()).status.name, 'CANCELLED');
      assert.deepEqual(
        (steps.records as RunState[]).map(({ status }) => status),
        ['cancelled', 'cancelled'],
      );
    },
    {},
    files,
  );
});

test('a pipeline that somebody cancels by itself fails its step, and does not cancel the whole', async () => {
  const steps = new HeldSteps();
  await rig.run(
    outer(),
    steps.activities(),
    async (run, runId) => {
      const make = await steps.next('make');
      await rig.server.client.workflow.getHandle(`${runId}.part`).cancel();
      await make.cancelled;
      const state = await ending(run);
      assert.equal(state.status, 'failed');
      assert.match(state.steps.part?.failure?.message ?? '', /\.part was cancelled on its own/);
    },
    {},
    files,
  );
});

test('a step that cannot read what a pipeline made has the step in it that made it carried out again, and no other', async () => {
  const steps = new HeldSteps();
  await rig.run(
    outer(),
    steps.activities(),
    async (run) => {
      (await steps.next('make')).succeed(made);
      (await steps.next('train')).succeed({ outputs: { eval_loss: 0.5 } });
      (await steps.next('after')).fail(
        ApplicationFailure.create({
          type: 'CORRUPT_ARTIFACT',
          message: 'dataset sha256:1: rows have other bytes',
          nonRetryable: true,
          details: [{ remedy: '', artifact: dataset.digest }],
        }),
      );
      const again = await steps.next('make');
      assert.equal(again.input.replaces, dataset.digest);
      again.succeed(made);
      (await steps.next('after')).succeed();
      const state = await ending(run);
      assert.deepEqual(states(state), { part: 'succeeded', after: 'succeeded' });
      assert.deepEqual(steps.started, ['make', 'train', 'after', 'make', 'after']);
    },
    {},
    files,
  );
});

test('what a person rejects within a pipeline is rejected for the whole, and nothing waits for it to be mended', async () => {
  const steps = new HeldSteps();
  const part = 'name: part\nsteps:\n  ask: { uses: approve }\n';
  await rig.run(
    'name: p\non_step_failure: wait\nsteps:\n  part: { uses: ./part.yaml }\n',
    steps.activities(),
    async (run, runId) => {
      await eventually('the approval to wait', async () =>
        stateOf(`${runId}.part`).then(
          (state) => state.steps.ask?.waitsFor,
          () => undefined,
        ),
      );
      await rig.server.client.workflow.getHandle(`${runId}.part`).executeUpdate('reject', { args: [{ by: 'ann' }] });
      const state = await ending(run);
      assert.equal(state.steps.part?.failure?.code, 'REJECTED');
      assert.match(state.steps.part?.failure?.message ?? '', /rejected by ann/);
    },
    {},
    { './part.yaml': part },
  );
});
