// needs: python, temporal
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { createActivities } from '../../activities/index.ts';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { RunInput, RunPipeline } from '../../protocol/run-input.ts';
import { makeDeps } from '../rig/deps.ts';
import { eventually } from '../rig/eventually.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  rig = await WorkflowRig.start();
  deps = await makeDeps();
});
after(async () => {
  await rig.stop();
  await rm(deps.root, { recursive: true, force: true });
});

type Run = WorkflowHandle<RunPipeline>;
const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
const exists = async (path: string) => (await readFile(path).catch(() => undefined)) && true;

/** Workers with one slot for the device, shared by all runs that `play` starts. */
async function onOneHost(
  id: string,
  play: (start: (name: string, text: string, input?: Partial<RunInput>) => Promise<Run>) => Promise<void>,
) {
  const queues = { gpu: `${id}-gpu`, cpu: `${id}-cpu`, host: `${id}-host` };
  const orchestrator = `${id}-orchestrator`;
  await rig.withWorkers({ ...queues, orchestrator }, createActivities(deps), async () => {
    await play(async (name, text, input = {}) => {
      const { plan } = makePlan(text, '/p.yaml', {}, rules);
      const runId = `${id}-20260101-000000-${name}`;
      const args: [RunInput] = [{ runId, plan: plan!, queues, reuse: true, ...input }];
      return await rig.server.client.workflow.start<RunPipeline>(runPipelineType, {
        workflowId: runId,
        taskQueue: orchestrator,
        args,
      });
    });
  });
}

/** A step on the device that says that it began and waits for its gate, and one after it. */
const gated = (begun: string, gate: string) => `
name: gated
steps:
  slow:
    uses: run
    resources: { gpu: 1 }
    with: { command: [sh, -c, "echo x >> ${begun}; while [ ! -e ${gate} ]; do sleep 0.1; done; echo made > out"], inputs: {}, outputs: { made: { path: out } } }
  next:
    uses: run
    resources: { gpu: 1 }
    with: { command: [sh, -c, "cat inputs/made/out > out"], inputs: { made: "\${{ steps.slow.outputs.made }}" }, outputs: { made: { path: out } } }
`;

/** What Temporal tells of a run's activities that have not ended. */
const waiting = async (run: Run) =>
  ((await run.describe()).raw.pendingActivities ?? [])
    .map((each) => each.lastFailure?.message ?? '')
    .find((text) => text.startsWith('waiting for '));

test('of three runs that need the same at once on one device, one works and the others take what it made', async () => {
  const [begun, gate] = [join(deps.root, 'begun'), join(deps.root, 'gate')];
  await onOneHost('three', async (start) => {
    const text = gated(begun, gate);
    const runs = [await start('a', text)];
    await eventually('the first to begin', () => exists(begun));
    runs.push(await start('b', text), await start('c', text));
    for (const run of runs.slice(1))
      assert.equal(
        await eventually('it to wait', () => waiting(run)),
        'waiting for three-20260101-000000-a/slow, which makes the same',
      );
    await writeFile(gate, '');
    const [first, ...others] = (await Promise.all(runs.map(ending))) as [RunState, ...RunState[]];
    assert.equal(first.steps.slow?.state, 'succeeded');
    assert.deepEqual(first.steps.slow?.because, { code: 'first_run', facts: {} });
    for (const { steps, status } of others) {
      assert.equal(status, 'succeeded');
      assert.deepEqual([steps.slow?.state, steps.slow?.reusedFrom], ['reused', first.runId]);
      assert.deepEqual(steps.slow?.because, { code: 'equal', facts: { run: first.runId, step: 'slow' } });
      assert.deepEqual(steps.next?.outputs, first.steps.next?.outputs);
    }
    assert.equal(await readFile(begun, 'utf8'), 'x\n');
  });
});

test('where the one that works is cancelled, the one that waits does the work; one that is cancelled waits no more', async () => {
  const [begun, gate] = [join(deps.root, 'begun-2'), join(deps.root, 'gate-2')];
  await onOneHost('cancelled', async (start) => {
    const text = gated(begun, gate);
    const first = await start('a', text);
    await eventually('the first to begin', () => exists(begun));
    const [second, third] = [await start('b', text), await start('c', text)];
    for (const run of [second, third]) await eventually('it to wait', () => waiting(run));
    await third.cancel();
    assert.equal((await ending(third)).steps.slow?.state, 'cancelled');
    await first.cancel();
    assert.equal((await ending(first)).status, 'cancelled');
    await eventually('the second to begin', async () => (await readFile(begun, 'utf8')) === 'x\nx\n' || undefined);
    await writeFile(gate, '');
    assert.equal((await ending(second)).steps.slow?.state, 'succeeded');
  });
});

test('a rerun carries out the step it begins from and all behind it, and reuses the rest', async () => {
  const chain = `
name: chain
steps:
  one: { uses: run, with: { command: [sh, -c, "echo one > out"], inputs: {}, outputs: { made: { path: out } } } }
  two: { uses: run, with: { command: [sh, -c, "cat inputs/one/out > out"], inputs: { one: "\${{ steps.one.outputs.made }}" }, outputs: { made: { path: out } } } }
  three: { uses: run, with: { command: [sh, -c, "cat inputs/two/out > out"], inputs: { two: "\${{ steps.two.outputs.made }}" }, outputs: { made: { path: out } } } }
`;
  await onOneHost('rerun', async (start) => {
    const before = await ending(await start('a', chain));
    const after = await ending(await start('b', chain, { rerun: { of: before.runId, from: 'two' } }));
    assert.deepEqual(
      Object.values(after.steps).map(({ state, because }) => [state, because]),
      [
        ['reused', { code: 'equal', facts: { run: before.runId, step: 'one' } }],
        ['succeeded', { code: 'rerun_from', facts: { step: 'two' } }],
        ['succeeded', { code: 'rerun_from', facts: { step: 'two' } }],
      ],
    );
    assert.deepEqual(after.rerun, { of: before.runId, from: 'two' });
    const third = await ending(await start('c', chain));
    assert.ok(Object.values(third.steps).every(({ state }) => state === 'reused'));
  });
});
