import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { ending, WorkflowRig } from '../rig/servers/workflow-rig.ts';

let rig: WorkflowRig;
before(async () => {
  rig = await WorkflowRig.start();
});
after(() => rig.stop());

const command = 'uses: run, with: { command: [true] }';
const diamond = `
name: diamond
steps:
  top: { ${command} }
  left: { ${command}, needs: top }
  right: { ${command}, needs: top }
  bottom: { ${command}, needs: [left, right] }
`.replaceAll('[true]', '["true"]');

const training = `
name: training
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}" } }
`;
const dataset: Handle = { uri: 'artifact:1', digest: 'sha256:1', size: 1, kind: 'dataset' };

const states = (state: { steps: Readonly<Record<string, { state: string }>> }) =>
  Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, step.state]));

test('a step starts the moment its needs have ended, and not before', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (run) => {
    (await steps.next('top')).succeed();
    const [left, right] = await Promise.all([steps.next('left'), steps.next('right')]);
    right.succeed();
    assert.deepEqual(steps.started.includes('bottom'), false);
    left.succeed();
    (await steps.next('bottom')).succeed();
    const state = await ending(run);
    assert.equal(state.status, 'succeeded');
    assert.deepEqual(steps.records, [state]);
  });
});

test('a failed step blocks what depends on it and nothing else, and the run fails with its message', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (run) => {
    (await steps.next('top')).succeed();
    (await steps.next('left')).fail(
      ApplicationFailure.create({
        type: 'BAD_DATA',
        message: 'rows.jsonl:3: no answer',
        nonRetryable: true,
        details: [{ remedy: 'mend line 3' }],
      }),
    );
    (await steps.next('right')).succeed();
    await assert.rejects(run.result(), (error: Error) => /left: rows.jsonl:3: no answer/.test(String(error.cause)));
    const state = await ending(run);
    assert.deepEqual(states(state), { top: 'succeeded', left: 'failed', right: 'succeeded', bottom: 'blocked' });
    assert.deepEqual(state.steps.left?.failure, {
      code: 'BAD_DATA',
      message: 'rows.jsonl:3: no answer',
      remedy: 'mend line 3',
    });
  });
});

test('a retryable failure is tried again, however often Temporal has counted', async () => {
  const steps = new HeldSteps();
  const document = `
name: retried
steps:
  only: { ${command}, retry: { initial_interval: 10ms, max_attempts: 2 } }
`.replaceAll('[true]', '["true"]');
  await rig.run(document, steps.activities(), async (run) => {
    for (const _ of [1, 2, 3])
      (await steps.next('only')).fail(ApplicationFailure.create({ type: 'KILLED', message: 'killed' }));
    const last = await steps.next('only');
    assert.equal(last.attempt, 4);
    last.succeed();
    assert.equal((await ending(run)).status, 'succeeded');
  });
});

test('outputs reach the options and conditions of later steps; a false condition skips what follows', async () => {
  const steps = new HeldSteps();
  const document = `
name: reading
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  use: { uses: run, with: { command: [cat, "\${{ steps.data.outputs.rows }} rows"], inputs: { data: "\${{ steps.data.outputs.dataset }}" } } }
  many: { uses: run, if: steps.data.outputs.rows > 100, with: { command: ["true"] } }
  after: { uses: run, needs: many, with: { command: ["true"] } }
`;
  await rig.run(document, steps.activities(), async (run) => {
    (await steps.next('data')).succeed({ outputs: { dataset, rows: 40 } });
    const use = await steps.next('use');
    assert.deepEqual(use.input.with, {
      command: ['cat', '40 rows'],
      inputs: { data: dataset },
      env: {},
      outputs: {},
    });
    use.succeed();
    const state = await ending(run);
    assert.deepEqual(states(state), { data: 'succeeded', use: 'succeeded', many: 'skipped', after: 'skipped' });
    assert.equal(state.status, 'succeeded');
  });
});

test('a secret stays a name in everything the workflow hands on', async () => {
  const steps = new HeldSteps();
  const document = `
name: secretive
steps:
  only: { uses: run, with: { command: [env], env: { TOKEN: "\${{ secrets.HF_TOKEN }}" } } }
`;
  await rig.run(document, steps.activities(), async (run) => {
    const only = await steps.next('only');
    assert.deepEqual(only.input.with, {
      command: ['env'],
      env: { TOKEN: '${{ secrets.HF_TOKEN }}' },
      outputs: {},
    });
    only.succeed();
    await run.result();
  });
});

test('an output that is missing at run time fails the step that reads it, not the workflow task', async () => {
  const steps = new HeldSteps();
  const document = `
name: missing
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  use: { uses: run, if: steps.data.outputs.rows > 1, with: { command: ["true"] } }
`;
  await rig.run(document, steps.activities(), async (run) => {
    (await steps.next('data')).succeed({ outputs: { dataset } });
    const state = await ending(run);
    assert.equal(state.status, 'failed');
    assert.match(state.steps.use?.failure?.message ?? '', /steps\.data\.outputs\.rows` has no value/);
  });
});

test('a step gets the pins of the files that it names, and of every base, since its model may come from one', async () => {
  const steps = new HeldSteps();
  const folder = { digest: 'f', size: 1, parts: { 'config.json': 'c' } };
  const files = { '/base': folder, '/other.jsonl': { digest: 'o', size: 1 } };
  const bases = { 'org/model': { revision: 'r' } };
  const pin = async () => ({ pins: { files, bases, models: {} }, reused: {} });
  await rig.run(diamond, steps.activities({ pin }), async (run) => {
    const top = await steps.next('top');
    assert.deepEqual(top.input.pins, { files: { '/base': folder }, bases, models: {} });
    await run.cancel();
    await top.cancelled;
    await ending(run);
  });
});

test('what the first activity found done is not started again', async () => {
  const steps = new HeldSteps();
  const reused = {
    outputs: {},
    summary: 'as before',
    artifacts: [],
    key: 'k',
    reusedFrom: 'diamond-20250101-000000-aaaa',
  };
  const pin = async () => ({
    pins: { files: {}, bases: {}, models: {} },
    reused: { top: reused, left: reused, right: reused },
  });
  await rig.run(diamond, steps.activities({ pin }), async (run) => {
    (await steps.next('bottom')).succeed();
    const state = await ending(run);
    assert.deepEqual(steps.started, ['bottom']);
    assert.deepEqual(states(state), { top: 'reused', left: 'reused', right: 'reused', bottom: 'succeeded' });
    assert.equal(state.steps.top?.reusedFrom, 'diamond-20250101-000000-aaaa');
  });
});

test('cancel reaches the running step, starts no other, and the run closes as cancelled after its record is written', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (run) => {
    const top = await steps.next('top');
    await run.cancel();
    await top.cancelled;
    const state = await ending(run);
    assert.equal(state.status, 'cancelled');
    assert.deepEqual(steps.started, ['top']);
    assert.equal((await run.describe()).status.name, 'CANCELLED');
    assert.equal((steps.records[0] as { status: string }).status, 'cancelled');
  });
});

test('a run that is cancelled closes only when its training has saved and ended', async () => {
  const steps = new HeldSteps();
  let saved = () => {};
  const saving = new Promise<void>((resolve) => {
    saved = resolve;
  });
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const train = async (): Promise<never> => {
    const context = Context.current();
    const timer = setInterval(() => context.heartbeat(), 100);
    try {
      await context.cancelled.catch(() => {});
      isAsked();
      await saving;
      throw context.cancellationSignal.reason;
    } finally {
      clearInterval(timer);
    }
  };
  await rig.run(training, steps.activities({ train }), async (run) => {
    (await steps.next('data')).succeed({ outputs: { dataset } });
    await eventually('the training to run', async () =>
      (await run.query<RunState>('state')).steps.train?.state === 'running' ? true : undefined,
    );
    await run.cancel();
    await asked;
    assert.equal((await run.describe()).status.name, 'RUNNING');
    saved();
    await assert.rejects(run.result());
    assert.equal((await run.describe()).status.name, 'CANCELLED');
  });
});

test('a paused run stops its training softly, starts nothing new, lets other kinds end, and goes on when resumed', async () => {
  const steps = new HeldSteps();
  const document = `${training}  other: { ${command.replace('[true]', '["true"]')} }\n  after: { ${command.replace('[true]', '["true"]')}, needs: other }\n`;
  await rig.run(document, steps.activities(), async (run) => {
    (await steps.next('data')).succeed({ outputs: { dataset } });
    const [first, other] = await Promise.all([steps.next('train'), steps.next('other')]);
    await run.signal('pause');
    await first.cancelled;
    const paused = await eventually('the training to have stopped', async () => {
      const state = await run.query<RunState>('state');
      return state.steps.train?.state === 'waiting' ? state : undefined;
    });
    assert.equal(paused.status, 'paused');
    other.succeed();
    await eventually('the other step to end', async () =>
      (await run.query<RunState>('state')).steps.other?.state === 'succeeded' ? true : undefined,
    );
    assert.deepEqual(
      steps.started.filter((step) => step === 'after' || step === 'train'),
      ['train'],
    );
    await run.signal('resume');
    const [again, next] = await Promise.all([steps.next('train'), steps.next('after')]);
    again.succeed({ outputs: { checkpoints: { ...dataset, kind: 'checkpoints' } } });
    next.succeed();
    assert.equal((await ending(run)).status, 'succeeded');
  });
});

test('a paused run can be cancelled', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (run) => {
    const top = await steps.next('top');
    await run.signal('pause');
    top.succeed();
    await run.cancel();
    await assert.rejects(run.result());
    assert.equal((await run.query<RunState>('state')).status, 'cancelled');
    assert.deepEqual(steps.started, ['top']);
  });
});

test('a failure before the first step fails the run with its reason', async () => {
  const steps = new HeldSteps();
  const pin = async () => {
    throw ApplicationFailure.create({
      type: 'FILE_NOT_FOUND',
      message: 'step "data" needs /rows.jsonl, which is not there',
      nonRetryable: true,
    });
  };
  await rig.run(diamond, steps.activities({ pin }), async (run) => {
    const state = await ending(run);
    assert.equal(state.status, 'failed');
    assert.equal(state.failure?.code, 'FILE_NOT_FOUND');
  });
});

test('a resumed run keeps what had succeeded and starts the rest', async () => {
  const steps = new HeldSteps();
  const done = { uses: 'run' as const, state: 'succeeded' as const, outputs: {}, summary: 'before' };
  const resume = { pins: { files: {}, bases: {}, models: {} }, succeeded: { top: done, left: done } };
  await rig.run(
    diamond,
    steps.activities(),
    async (run) => {
      (await steps.next('right')).succeed();
      (await steps.next('bottom')).succeed();
      const state = await ending(run);
      assert.deepEqual(steps.started, ['right', 'bottom']);
      assert.equal(state.steps.top?.summary, 'before');
    },
    { resume },
  );
});

test('a saved checkpoint is published on the queue of the host that holds it, while the training goes on', async () => {
  const steps = new HeldSteps();
  let published: (value: unknown) => void;
  const seen = new Promise((resolve) => {
    published = resolve;
  });
  const publishCheckpoint = async (saved: unknown) => {
    published(saved);
    return null;
  };
  await rig.run(diamond, steps.activities({ publishCheckpoint }), async (run, runId) => {
    const top = await steps.next('top');
    const description = await run.describe();
    const saved = {
      runId,
      step: 'top',
      checkpoint: 5,
      path: '/c/checkpoint-5',
      keep: 2,
      queue: description.taskQueue.replace('orchestrator', 'host'),
    };
    await run.signal('checkpointSaved', saved);
    assert.deepEqual(await seen, saved);
    top.succeed();
    (await steps.next('left')).succeed();
    (await steps.next('right')).succeed();
    (await steps.next('bottom')).succeed();
    assert.equal((await ending(run)).status, 'succeeded');
  });
});

test('activity ids are step ids and carry a summary, so that the history reads like the pipeline', async () => {
  const steps = new HeldSteps();
  await rig.run(diamond, steps.activities(), async (run) => {
    for (const id of ['top', 'left', 'right', 'bottom']) (await steps.next(id)).succeed();
    await run.result();
    const { events } = await run.fetchHistory();
    const ids = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
    assert.deepEqual([...ids].sort(), ['bottom', 'left', 'pin', 'record', 'right', 'top']);
    const top = events?.find((event) => event.activityTaskScheduledEventAttributes?.activityId === 'top');
    assert.match(Buffer.from(top?.userMetadata?.summary?.data ?? []).toString(), /^"top[:"]/);
  });
});

const gguf: Handle = { uri: 'artifact:1', digest: 'sha256:1', size: 1, kind: 'gguf' };
const importing = `
name: importing
steps:
  made: { uses: run, with: { command: ["true"], outputs: { gguf: { path: g, type: gguf } } } }
  model: { uses: import, with: { gguf: "\${{ steps.made.outputs.gguf }}", name: m } }
`;

test('a run that has succeeded gives up its proven intermediates before its record is written; one that failed, or keeps them, does not', async () => {
  const asked: string[] = [];
  const prune = async ({ runId }: { runId: string }) => {
    asked.push(runId);
    return { artifacts: 2, bytes: 5_000_000 };
  };
  const carryOut = async (keep: string, end: 'succeed' | 'fail') => {
    const steps = new HeldSteps();
    await rig.run(`${keep}${importing}`, steps.activities({ prune }), async (run) => {
      (await steps.next('made')).succeed({ outputs: { gguf } });
      const model = await steps.next('model');
      if (end === 'succeed') model.succeed();
      else model.fail(ApplicationFailure.create({ type: 'PROOF_FAILED', message: 'no', nonRetryable: true }));
      const state = await ending(run);
      assert.deepEqual(steps.records, [state]);
      const isDropped = end === 'succeed' && keep === '';
      assert.deepEqual(state.dropped, isDropped ? { artifacts: 2, bytes: 5_000_000 } : undefined);
    });
  };
  await carryOut('', 'succeed');
  await carryOut('', 'fail');
  await carryOut('keep: { intermediates: always }\n', 'succeed');
  assert.equal(asked.length, 1);
});

test('what cannot be given up does not make a run that has succeeded fail', async () => {
  const steps = new HeldSteps();
  const prune = async () => {
    throw ApplicationFailure.nonRetryable('the disk is read-only');
  };
  await rig.run(importing, steps.activities({ prune }), async (run) => {
    (await steps.next('made')).succeed({ outputs: { gguf } });
    (await steps.next('model')).succeed();
    assert.equal((await ending(run)).status, 'succeeded');
  });
});
