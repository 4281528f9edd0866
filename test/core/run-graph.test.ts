import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EndState, type GraphStep, runGraph } from '../../core/run-graph.ts';

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

test('a step starts the moment its own needs end, whatever else still runs', async () => {
  const graph = hold([step('slow'), step('quick'), step('next', 'quick'), step('join', 'slow', 'next')]);
  await graph.end('quick');
  await graph.end('next');
  await settle();
  assert.deepEqual(graph.started, ['slow', 'quick', 'next']);
  await graph.end('slow');
  await graph.end('join');
  assert.equal((await graph.result).get('join'), 'succeeded');
});

test('a failed step blocks what depends on it, however far, and nothing else', async () => {
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

test('a skipped step skips what needs it; a failure beside it weighs more', async () => {
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

test('what waits for a cancelled step is cancelled too', async () => {
  const graph = hold([step('a'), step('b', 'a')]);
  await graph.end('a', 'cancelled');
  assert.equal((await graph.result).get('b'), 'cancelled');
});

test('a reused step lets its dependents go on', async () => {
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
