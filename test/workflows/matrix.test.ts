import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
before(async () => {
  rig = await WorkflowRig.start();
});
after(() => rig.stop());

const command = 'with: { command: [echo, "${{ text(matrix.n) }}"] }';
const states = (state: RunState) =>
  Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, step.state]));
const bad = () => ApplicationFailure.create({ type: 'NAN_LOSS', message: 'the loss became NaN', nonRetryable: true });
const done = (over: Partial<StepResult> = {}): StepResult => ({
  outputs: {},
  summary: 'done',
  artifacts: [],
  key: '',
  ...over,
});
const option = (input: StepInput, name: string) => (input.with as Readonly<Record<string, unknown>>)[name];
const checkpoints = (digit: number): Handle => ({
  uri: `artifact:${digit}`,
  digest: `sha256:${digit}`,
  size: 1,
  kind: 'checkpoints',
});
const numbers = (count: number) => `[${Array.from({ length: count }, (_, index) => index + 1).join(', ')}]`;

test('a matrix of 200: each variant has its own options, never more than max_parallel run at once, and all are joined', async () => {
  let [running, most] = [0, 0];
  const seen = new Set<string>();
  const run = async ({ step, with: options }: StepInput) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    seen.add(`${step} ${(options as { command: string[] }).command[1]}`);
    return done();
  };
  const document = `
name: wide
steps:
  each: { uses: run, matrix: { n: ${numbers(200)} }, max_parallel: 7, ${command} }
  all: { uses: run, needs: each, with: { command: [echo, "\${{ json(steps.each.*.matrix.n) }}"] } }
`;
  await rig.run(document, new HeldSteps().activities({ run }), async (handle) => {
    const state = await ending(handle);
    assert.equal(state.status, 'succeeded');
    assert.equal(seen.size, 201);
    for (let n = 1; n <= 200; n++) assert.ok(seen.has(`each@n=${n} ${n}`), `each@n=${n}`);
    assert.ok(seen.has(`all [${Array.from({ length: 200 }, (_, index) => index + 1).join(',')}]`));
    assert.ok(most > 1 && most <= 7, `${most} at once`);
  });
});

const three = (more: string) => `
name: three
steps:
  each: { uses: run, matrix: { n: [1, 2, 3] }, max_parallel: 2, ${more}${command} }
  after: { uses: run, needs: each, with: { command: ["true"] } }
  report: { uses: run, if: failure(), needs: [after], with: { command: [echo, "\${{ steps.each.outcome }}"] } }
`;

test('when a variant fails its siblings that run are stopped, those that wait are not begun, and each says which failed', async () => {
  const steps = new HeldSteps();
  await rig.run(three(''), steps.activities(), async (handle) => {
    const [first, second] = [await steps.next('each@n=1'), await steps.next('each@n=2')];
    second.fail(bad());
    await first.cancelled;
    const report = await steps.next('report');
    assert.deepEqual(report.input.with, { command: ['echo', 'failed'], env: {}, outputs: {} });
    report.succeed();
    const state = await ending(handle);
    assert.deepEqual(steps.started.toSorted(), ['each@n=1', 'each@n=2', 'report']);
    assert.deepEqual(states(state), {
      'each@n=1': 'cancelled',
      'each@n=2': 'failed',
      'each@n=3': 'cancelled',
      after: 'blocked',
      report: 'succeeded',
    });
    for (const n of [1, 3]) assert.equal(state.steps[`each@n=${n}`]?.summary, 'stopped, since each@n=2 failed');
    assert.equal(state.status, 'failed');
    await assert.rejects(handle.result(), (error: Error) => /each@n=2: the loss/.test(String(error.cause)));
  });
});

test('with fail_fast: false the siblings go on, and what needs them all is blocked', async () => {
  const steps = new HeldSteps();
  await rig.run(three('fail_fast: false, '), steps.activities(), async (handle) => {
    (await steps.next('each@n=1')).fail(bad());
    for (const n of [2, 3]) (await steps.next(`each@n=${n}`)).succeed();
    (await steps.next('report')).succeed();
    const state = await ending(handle);
    assert.deepEqual([state.steps.after?.state, state.steps['each@n=3']?.state], ['blocked', 'succeeded']);
  });
});

test('a failure that is forgiven stops no sibling, blocks nothing, and the run succeeds', async () => {
  const steps = new HeldSteps();
  await rig.run(three('continue_on_error: true, '), steps.activities(), async (handle) => {
    (await steps.next('each@n=1')).fail(bad());
    for (const n of [2, 3]) (await steps.next(`each@n=${n}`)).succeed();
    (await steps.next('after')).succeed();
    const state = await ending(handle);
    assert.deepEqual(
      [state.status, state.steps['each@n=1']?.state, state.steps.report?.state],
      ['succeeded', 'failed', 'skipped'],
    );
  });
});

const sweep = (more = '') => `
name: sweep
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl, eval_split: 0.1 } }
  train:
    uses: train
    matrix: { r: [8, 16, 32] }
    ${more}
    with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}", lora: { r: "\${{ matrix.r }}" } }
  best:
    uses: checkpoint
    with: { from: "\${{ min_by(steps.train.*.outputs.eval_loss, steps.train.*.outputs.checkpoints) }}", select: best }
`;
const dataset: Handle = { uri: 'artifact:0', digest: 'sha256:0', size: 1, kind: 'dataset' };

test('the checkpoints of the variant with the lowest loss are chosen, of those that ended well', async () => {
  const steps = new HeldSteps();
  await rig.run(sweep('continue_on_error: true'), steps.activities(), async (handle) => {
    (await steps.next('data')).succeed({ outputs: { dataset } });
    // There is one device, and who takes it first is Temporal's to say.
    await Promise.all(
      [8, 16, 32].map(async (r) => {
        const train = await steps.next(`train@r=${r}`);
        assert.equal((option(train.input, 'lora') as { r: number }).r, r);
        if (r === 16) train.fail(bad());
        else train.succeed({ outputs: { eval_loss: r === 8 ? 2.5 : 1.5, checkpoints: checkpoints(r) } });
      }),
    );
    const best = await steps.next('best');
    assert.deepEqual(option(best.input, 'from'), checkpoints(32));
    best.succeed();
    assert.equal((await ending(handle)).status, 'succeeded');
  });
});

test('where no variant ended well there is nothing to choose from, and the step says so', async () => {
  const steps = new HeldSteps();
  await rig.run(sweep('continue_on_error: true'), steps.activities(), async (handle) => {
    (await steps.next('data')).succeed({ outputs: { dataset } });
    await Promise.all([8, 16, 32].map(async (r) => (await steps.next(`train@r=${r}`)).fail(bad())));
    const state = await ending(handle);
    assert.equal(state.status, 'failed');
    assert.match(state.steps.best?.failure?.message ?? '', /is empty, because no variant has succeeded/);
  });
});

test('what an earlier run has done of a matrix is not done again: a row that was added runs alone', async () => {
  const steps = new HeldSteps();
  const hit = (r: number) =>
    done({ outputs: { eval_loss: r, checkpoints: checkpoints(r) }, reusedFrom: 'sweep-20250101-000000-aaaa' });
  const pin = async () => ({
    pins: { files: {}, bases: {}, models: {} },
    reused: { data: done({ outputs: { dataset } }), 'train@r=8': hit(8), 'train@r=16': hit(16) },
  });
  await rig.run(sweep('max_parallel: 1'), steps.activities({ pin }), async (handle) => {
    (await steps.next('train@r=32')).succeed({ outputs: { eval_loss: 9, checkpoints: checkpoints(32) } });
    const best = await steps.next('best');
    assert.deepEqual(option(best.input, 'from'), checkpoints(8));
    best.succeed();
    await ending(handle);
    assert.deepEqual(steps.started, ['train@r=32', 'best']);
  });
});

test('always() and outcomes decide however the needs ended, but nothing starts after the run was cancelled', async () => {
  const document = `
name: ends
steps:
  bad: { uses: run, with: { command: ["true"] } }
  next: { uses: run, needs: bad, with: { command: ["true"] } }
  always: { uses: run, needs: next, if: always(), with: { command: [echo, "\${{ steps.next.outcome }}"] } }
  outcome: { uses: run, if: steps.bad.outcome == 'failed', with: { command: ["true"] } }
  other: { uses: run, if: steps.bad.outcome == 'succeeded', with: { command: ["true"] } }
  last: { uses: run, needs: always, with: { command: ["true"] } }
`;
  const steps = new HeldSteps();
  await rig.run(document, steps.activities(), async (handle) => {
    (await steps.next('bad')).fail(bad());
    const always = await steps.next('always');
    assert.deepEqual(always.input.with, { command: ['echo', 'blocked'], env: {}, outputs: {} });
    always.succeed();
    (await steps.next('outcome')).succeed();
    (await steps.next('last')).succeed();
    assert.deepEqual(states(await ending(handle)), {
      bad: 'failed',
      next: 'blocked',
      always: 'succeeded',
      outcome: 'succeeded',
      other: 'skipped',
      last: 'succeeded',
    });
  });
  const cancelled = new HeldSteps();
  await rig.run(document, cancelled.activities(), async (handle) => {
    const first = await cancelled.next('bad');
    await handle.cancel();
    await first.cancelled;
    assert.equal((await ending(handle)).status, 'cancelled');
    assert.deepEqual(cancelled.started, ['bad']);
  });
});

test('an output of a step that failed and was forgiven fails the step that reads it, with that reason', async () => {
  const steps = new HeldSteps();
  const document = `
name: forgiven
steps:
  data: { uses: prepare, continue_on_error: true, with: { source: ./rows.jsonl } }
  use: { uses: run, if: steps.data.outputs.rows > 1, with: { command: ["true"] } }
`;
  await rig.run(document, steps.activities(), async (handle) => {
    (await steps.next('data')).fail(bad());
    const { use } = (await ending(handle)).steps;
    assert.equal(use?.failure?.message, 'step "data" failed, so it has no output "rows"');
  });
});

test('1,000 steps run, and what is told of them fits into a payload', async () => {
  const run = async () =>
    done({ outputs: { a: checkpoints(1), b: checkpoints(2), c: 3, d: 'four' }, summary: 'x'.repeat(100) });
  const document = `
name: thousand
steps:
  each: { uses: run, matrix: { a: ${numbers(100)}, b: ${numbers(10)} }, with: { command: [echo, "\${{ matrix.a }}-\${{ matrix.b }}"] } }
  all: { uses: run, needs: each, with: { command: [echo, "\${{ count(steps.each.*.matrix.a) }}"] } }
`
    .replace('${{ count(', '${{ text(count(')
    .replace('.a) }}', '.a)) }}');
  await rig.run(document, new HeldSteps().activities({ run }), async (handle) => {
    const start = performance.now();
    const state = await ending(handle);
    const took = performance.now() - start;
    const { historyLength } = await handle.describe();
    process.stdout.write(`# 1,001 steps in ${(took / 1000).toFixed(1)} s, ${historyLength} events\n`);
    assert.equal(state.status, 'succeeded');
    assert.equal(Object.values(state.steps).filter((step) => step.state === 'succeeded').length, 1001);
    assert.ok(JSON.stringify(state).length < 1_900_000);
  });
});

const chain = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const needs = index === 0 ? '' : `needs: s${index - 1}, `;
    return `  s${index}: { uses: run, ${needs}with: { command: ["true"] } }`;
  }).join('\n');

test('a run whose history has become too long goes on in a new execution, with what has ended, each step once', async () => {
  const steps = new HeldSteps();
  const times = new Map<string, number>();
  const executions = new Set<string | undefined>();
  const run = async ({ step, execution }: StepInput) => {
    times.set(step, (times.get(step) ?? 0) + 1);
    executions.add(execution);
    if (step === 's2') throw bad();
    return done();
  };
  const document =
    `name: long\nsteps:\n${chain(12)}\n  after: { uses: run, needs: s2, with: { command: ["true"] } }\n`.replace(
      's2: { uses: run,',
      's2: { uses: run, continue_on_error: true,',
    );
  const check = async (handle: Parameters<typeof ending>[0]) => {
    const state = await ending(handle);
    assert.equal(state.status, 'succeeded');
    assert.deepEqual([...times.values()], Array(13).fill(1));
    assert.equal(state.steps.s2?.failure?.code, 'NAN_LOSS', 'told by the execution in which it failed');
    assert.equal(executions.size, 1, 'for temper it is one going-through of the run');
    const [record] = steps.records as RunState[];
    assert.deepEqual([steps.records.length, record], [1, state]);
    const { runId } = await handle.describe();
    assert.notEqual(runId, (handle as { firstExecutionRunId?: string }).firstExecutionRunId);
  };
  await rig.run(document, steps.activities({ run }), check, { historyLimits: { dueEvents: 20, maxEvents: 1000 } });
});

test('a history that is very long holds back what would start; pause, state and cancellation outlive the change', async () => {
  const document = `
name: lanes
steps:
  slow: { uses: run, with: { command: ["true"] } }
  a: { uses: run, with: { command: ["true"] } }
  b: { uses: run, needs: a, with: { command: ["true"] } }
`;
  const steps = new HeldSteps();
  const test = async (handle: Parameters<typeof ending>[0]) => {
    const slow = await steps.next('slow');
    (await steps.next('a')).succeed();
    const state = (wanted: (state: RunState) => boolean) =>
      eventually('the run to be so far', async () => {
        const now = await handle.query<RunState>('state');
        return wanted(now) ? now : undefined;
      });
    await state(({ steps: { a } }) => a?.state === 'succeeded');
    const before = (await handle.describe()).runId;
    await handle.signal('pause');
    slow.succeed();
    await eventually('the new execution', async () => ((await handle.describe()).runId === before ? undefined : true));
    const paused = await state(({ steps: { slow: each } }) => each?.state === 'succeeded');
    assert.deepEqual([paused.status, paused.steps.b?.state], ['paused', 'waiting']);
    assert.deepEqual(steps.started.toSorted(), ['a', 'slow']);
    await handle.signal('resume');
    const last = await steps.next('b');
    assert.equal((await handle.query<RunState>('state')).startedAt, paused.startedAt);
    await handle.cancel();
    await last.cancelled;
    assert.equal((await ending(handle)).status, 'cancelled');
  };
  await rig.run(document, steps.activities(), test, { historyLimits: { dueEvents: 1000, maxEvents: 12 } });
});
