import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GraphStep, runGraph } from '../../../core/run/run-graph.ts';
import type { EndState } from '../../../core/run/run-state.ts';

/** The test holds every running step and ends it; waiting for a step needs no clock. */
function hold(steps: readonly GraphStep[]) {
  const running = new Map<string, (state: EndState) => void>();
  const started: string[] = [];
  const waiting = new Map<string, () => void>();
  const ended: [string, EndState][] = [];
  const result = runGraph(
    steps,
    (id) =>
      new Promise<EndState>((resolve) => {
        running.set(id, resolve);
        started.push(id);
        waiting.get(id)?.();
      }),
    (id, state) => ended.push([id, state]),
  );
  return {
    started,
    ended,
    result,
    async end(id: string, state: EndState = 'succeeded') {
      if (!running.has(id)) await new Promise<void>((resolve) => waiting.set(id, resolve));
      running.get(id)!(state);
    },
  };
}

/** Long enough for every promise that is ready to have gone on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const step = (id: string, ...needs: string[]) => ({ id, needs });

test('steps that need nothing start together', async () => {
  const graph = hold([step('a'), step('b'), step('c', 'a', 'b')]);
  await settle();
  assert.deepEqual(graph.started, ['a', 'b']);
  await Promise.all([graph.end('b'), graph.end('a'), graph.end('c')]);
  assert.deepEqual(Object.fromEntries(await graph.result), { a: 'succeeded', b: 'succeeded', c: 'succeeded' });
});

test('a step starts as soon as its own needs end, even if other steps still run', async () => {
  const graph = hold([step('slow'), step('quick'), step('next', 'quick'), step('join', 'slow', 'next')]);
  await graph.end('quick');
  await graph.end('next');
  await settle();
  assert.deepEqual(graph.started, ['slow', 'quick', 'next']);
  await graph.end('slow');
  await graph.end('join');
  assert.equal((await graph.result).get('join'), 'succeeded');
});

test('a failed step blocks all its direct and indirect dependents, and nothing else', async () => {
  const graph = hold([
    step('bad'),
    step('good'),
    step('child', 'bad'),
    step('grandchild', 'child', 'good'),
    step('other', 'good'),
  ]);
  await graph.end('bad', 'failed');
  await graph.end('good');
  await graph.end('other');
  assert.deepEqual(Object.fromEntries(await graph.result), {
    bad: 'failed',
    good: 'succeeded',
    other: 'succeeded',
    child: 'blocked',
    grandchild: 'blocked',
  });
  assert.deepEqual(graph.started, ['bad', 'good', 'other']);
});

test('a skipped step skips the steps that need it, unless another need failed', async () => {
  const graph = hold([
    step('skip'),
    step('bad'),
    step('after', 'skip'),
    step('both', 'skip', 'bad'),
    step('far', 'after'),
  ]);
  await graph.end('skip', 'skipped');
  await graph.end('bad', 'failed');
  const states = Object.fromEntries(await graph.result);
  assert.deepEqual([states.after, states.far, states.both], ['skipped', 'skipped', 'blocked']);
});

test('a step that needs a cancelled step is cancelled too', async () => {
  const graph = hold([step('a'), step('b', 'a')]);
  await graph.end('a', 'cancelled');
  assert.equal((await graph.result).get('b'), 'cancelled');
});

test('a reused step lets its dependents start', async () => {
  const graph = hold([step('a'), step('b', 'a')]);
  await graph.end('a', 'reused');
  await graph.end('b');
  assert.deepEqual(graph.ended, [
    ['a', 'reused'],
    ['b', 'succeeded'],
  ]);
  await graph.result;
});

test('a step that names one need twice waits for it once', async () => {
  const graph = hold([step('a'), step('b', 'a', 'a')]);
  await graph.end('a');
  await graph.end('b');
  assert.equal((await graph.result).get('b'), 'succeeded');
});

test('a chain of five hundred steps runs through', async () => {
  const steps = Array.from({ length: 500 }, (_, index) =>
    index === 0 ? step('s0') : step(`s${index}`, `s${index - 1}`),
  );
  const states = await runGraph(steps, async () => 'succeeded');
  assert.equal([...states.values()].filter((state) => state === 'succeeded').length, 500);
});

test('a step that runs in any case learns whether a direct or indirect need has failed', async () => {
  const asked = new Map<string, boolean>();
  const steps: GraphStep[] = [
    step('bad'),
    step('between', 'bad'),
    { ...step('always', 'between'), decides: true },
    step('after', 'always'),
    { ...step('calm', 'good'), decides: true },
    step('good'),
  ];
  const states = await runGraph(steps, async (id, { failure }) => {
    asked.set(id, failure);
    return id === 'bad' ? 'failed' : 'succeeded';
  });
  assert.deepEqual(Object.fromEntries(states), {
    bad: 'failed',
    between: 'blocked',
    always: 'succeeded',
    after: 'succeeded',
    good: 'succeeded',
    calm: 'succeeded',
  });
  assert.deepEqual([asked.get('always'), asked.get('after'), asked.get('calm')], [true, true, false]);
});

test('a forgiven failure blocks nothing and does not count', async () => {
  const seen: [string, boolean][] = [];
  const steps: GraphStep[] = [
    { ...step('bad'), isForgiven: true },
    step('next', 'bad'),
    { ...step('ask', 'next'), decides: true },
  ];
  const states = await runGraph(steps, async (id, { failure }) => {
    seen.push([id, failure]);
    return id === 'bad' ? 'failed' : 'succeeded';
  });
  assert.deepEqual(Object.fromEntries(states), { bad: 'failed', next: 'succeeded', ask: 'succeeded' });
  assert.deepEqual(seen, [
    ['bad', false],
    ['next', false],
    ['ask', false],
  ]);
});

const joined = async (ends: Readonly<Record<string, EndState>>, isForgiven = false) => {
  const instances = Object.keys(ends).map((id) => ({ ...step(id), ...(isForgiven ? { isForgiven } : {}) }));
  const steps = [...instances, { ...step('all', ...Object.keys(ends)), joins: true }, step('after', 'all')];
  const ended: string[] = [];
  const states = await runGraph(
    steps,
    async (id) => ends[id] ?? 'succeeded',
    (id) => ended.push(id),
  );
  assert.ok(!ended.includes('all'), 'nothing is executed for the node that joins');
  return states.get('after');
};

test('a step that needs a matrix waits for all instances, and the worst of their states decides', async () => {
  assert.equal(await joined({ a: 'succeeded', b: 'reused', c: 'skipped' }), 'succeeded');
  assert.equal(await joined({ a: 'skipped', b: 'skipped' }), 'skipped');
  assert.equal(await joined({ a: 'succeeded', b: 'failed', c: 'cancelled' }), 'blocked');
  assert.equal(await joined({ a: 'succeeded', b: 'cancelled' }), 'cancelled');
  assert.equal(await joined({ a: 'succeeded', b: 'failed' }, true), 'succeeded');
});
