// needs: python, temporal
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { createActivities } from '../../activities/index.ts';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { reasonWords } from '../../core/words/reasons.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { dropBytes } from '../../services/store/artifact-removal.ts';
import { makeDeps } from '../rig/deps.ts';
import { flipBit } from '../rig/flip-bit.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
before(async () => {
  rig = await WorkflowRig.start();
});
after(() => rig.stop());

const chain = (last: string) => `
name: chain
steps:
  one: { uses: run, with: { command: [sh, -c, "echo one > out"], inputs: {}, outputs: { made: { path: out } } } }
  two: { uses: run, with: { command: [sh, -c, "cat inputs/one/out > out; echo two >> out"], inputs: { one: "\${{ steps.one.outputs.made }}" }, outputs: { made: { path: out } } } }
  three: { uses: run, with: { command: [sh, -c, "cat inputs/two/out > out; echo ${last} >> out"], inputs: { two: "\${{ steps.two.outputs.made }}" }, outputs: { made: { path: out } } } }
`;
type Deps = Awaited<ReturnType<typeof makeDeps>>;

async function run(deps: Deps, text: string): Promise<RunState> {
  let state: RunState | undefined;
  await rig.run(text, createActivities(deps), async (handle) => {
    state = await ending(handle);
  });
  return state!;
}

const made = (state: RunState, id: string) => state.steps[id]!.outputs!.made as Handle;

const flip = async (deps: Deps, handle: Handle) => flipBit(join((await deps.store.open(handle)).path, 'out'));

const states = (state: RunState) =>
  Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, step.state]));

const harms: [string, (deps: Deps, handle: Handle) => Promise<unknown>, RegExp][] = [
  ['is damaged', flip, /out does not match its digest/],
  [
    'was dropped',
    (deps, handle) => dropBytes(deps.store, handle, 'a clean-up'),
    /its intermediate was cleared by a clean-up on/,
  ],
  ['is gone', (deps, handle) => rm(deps.store.folder(handle), { recursive: true }), /not in the store/],
];
for (const [what, harm, message] of harms.slice(0, 2)) {
  test(`an artifact that ${what}: the step that made it runs again, the one that read it after it, and no other`, async () => {
    const deps = await makeDeps();
    const first = await run(deps, chain('three'));
    await harm(deps, made(first, 'two'));
    const second = await run(deps, chain('four'));
    assert.deepEqual(states(second), { one: 'reused', two: 'succeeded', three: 'succeeded' });
    assert.deepEqual(made(second, 'two'), made(first, 'two'));
    assert.equal(second.steps.two?.madeAgain?.length, 1, JSON.stringify(states(second)));
    assert.equal(second.steps.two?.madeAgain?.[0]?.for, 'three');
    const because = second.steps.two?.madeAgain?.[0]?.because;
    assert.match(because ? reasonWords(because) : '', message);
    const { path } = await deps.store.open(made(second, 'three'), { verify: true });
    assert.equal(await readFile(join(path, 'out'), 'utf8'), 'one\ntwo\nfour\n');
    const starts = (await readLedger(join(deps.runs, second.runId, 'steps', 'one', 'attempts.jsonl'))).length;
    assert.equal(starts, 0);
    await rm(deps.root, { recursive: true, force: true });
  });
}

test('an artifact that is not there at all is no reuse: its step runs without anything failing first', async () => {
  const deps = await makeDeps();
  const first = await run(deps, chain('three'));
  await harms[2]![1](deps, made(first, 'two'));
  const second = await run(deps, chain('three'));
  assert.deepEqual(states(second), { one: 'reused', two: 'succeeded', three: 'reused' });
  assert.equal(second.steps.two?.madeAgain, undefined);
  await rm(deps.root, { recursive: true, force: true });
});

test('what makes a dropped artifact again may itself need one that was dropped', async () => {
  const deps = await makeDeps();
  const first = await run(deps, chain('three'));
  for (const id of ['one', 'two']) await dropBytes(deps.store, made(first, id), 'a clean-up');
  assert.deepEqual(states(await run(deps, chain('three'))), { one: 'reused', two: 'reused', three: 'reused' });
  const second = await run(deps, chain('four'));
  assert.deepEqual(states(second), { one: 'succeeded', two: 'succeeded', three: 'succeeded' });
  assert.deepEqual([second.steps.one?.madeAgain?.[0]?.for, second.steps.two?.madeAgain?.[0]?.for], ['two', 'three']);
  await rm(deps.root, { recursive: true, force: true });
});

test('a key record that names a damaged artifact is not offered again, whichever run asks', async () => {
  const deps = await makeDeps();
  const first = await run(deps, chain('three'));
  await flip(deps, made(first, 'two'));
  await assert.rejects(deps.store.open(made(first, 'two'), { verify: true }), /does not match its digest/);
  const second = await run(deps, chain('three'));
  assert.deepEqual(states(second), { one: 'reused', two: 'succeeded', three: 'reused' });
  await deps.store.open(made(second, 'two'), { verify: true });
  await rm(deps.root, { recursive: true, force: true });
});

const digest = 'sha256:'.padEnd(71, 'a');
const unreadable = () =>
  ApplicationFailure.create({
    type: 'CORRUPT_ARTIFACT',
    message: 'model aaa: weights does not match its digest',
    nonRetryable: true,
    details: [{ remedy: 'x', artifact: digest }],
  });
const diamond = `
name: diamond
steps:
  top: { uses: run, with: { command: ["true"] } }
  left: { uses: run, needs: top, with: { command: ["true"] } }
  right: { uses: run, needs: top, with: { command: ["true"] } }
`;

test('two steps that meet the same damage have it repaired once, and both go on', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (handle) => {
    (await steps.next('top')).succeed({ artifacts: [digest] });
    const [left, right] = [await steps.next('left'), await steps.next('right')];
    left.fail(unreadable());
    const again = await steps.next('top');
    assert.deepEqual([again.input.reuse, again.input.replaces], [false, digest]);
    right.fail(unreadable());
    again.succeed({ artifacts: [digest] });
    (await steps.next('left')).succeed();
    (await steps.next('right')).succeed();
    const state = await ending(handle);
    assert.equal(state.status, 'succeeded');
    assert.equal(steps.started.filter((id) => id === 'top').length, 2);
  });
});

test('a step is made again twice at most; then the step that cannot read fails with what it found', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (handle) => {
    (await steps.next('top')).succeed({ artifacts: [digest] });
    (await steps.next('right')).succeed();
    for (const _ of [1, 2]) {
      (await steps.next('left')).fail(unreadable());
      (await steps.next('top')).succeed({ artifacts: [digest] });
    }
    (await steps.next('left')).fail(unreadable());
    const state = await ending(handle);
    assert.equal(state.steps.left?.failure?.code, 'CORRUPT_ARTIFACT');
    assert.equal(state.steps.top?.state, 'succeeded');
    assert.equal(steps.started.filter((id) => id === 'top').length, 3);
  });
});

test('an artifact that no step of the run made fails the step that reads it; one that cannot be made again says both reasons', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (handle) => {
    (await steps.next('top')).succeed();
    (await steps.next('left')).fail(unreadable());
    (await steps.next('right')).succeed();
    assert.equal((await ending(handle)).steps.left?.failure?.code, 'CORRUPT_ARTIFACT');
  });
  await rig.run(diamond, steps.activities(), async (handle) => {
    (await steps.next('top')).succeed({ artifacts: [digest] });
    (await steps.next('left')).fail(unreadable());
    (await steps.next('right')).succeed();
    (await steps.next('top')).fail(
      ApplicationFailure.create({ type: 'INPUT_CHANGED', message: 'rows.jsonl changed', nonRetryable: true }),
    );
    const state = await ending(handle);
    assert.equal(state.steps.left?.failure?.code, 'INPUT_CHANGED');
    assert.match(
      state.steps.left?.failure?.message ?? '',
      /does not match its digest; top ran again to repair it and failed: .*changed/,
    );
    assert.equal(state.steps.top?.state, 'succeeded');
  });
});
