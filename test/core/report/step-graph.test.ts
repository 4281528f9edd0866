import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepGraph } from '../../../core/report/step-graph.ts';
import type { TimelineStep } from '../../../core/report/timeline.ts';

/** Steps as `id: needs`. */
const steps = (needs: Readonly<Record<string, string>>): TimelineStep[] =>
  Object.entries(needs).map(([id, text]) => ({
    id,
    uses: 'run',
    state: 'waiting',
    work: [],
    step: { uses: 'run', state: 'waiting' },
    needs: text.split(' ').filter(Boolean),
  }));
const drawn = (needs: Readonly<Record<string, string>>) => stepGraph(steps(needs))!;
const edges = (needs: Readonly<Record<string, string>>) => drawn(needs).edges.map(({ from, to }) => `${from} ${to}`);

test('a step stands to the right of all that it waits for', () => {
  const { nodes, columns } = drawn({ data: '', base: '', train: 'data base', merged: 'train', served: 'merged' });
  assert.deepEqual(Object.fromEntries(nodes.map(({ id, column }) => [id, column])), {
    data: 0,
    base: 0,
    train: 1,
    merged: 2,
    served: 3,
  });
  assert.equal(columns, 4);
});

test('what other needs say already is not drawn', () => {
  assert.deepEqual(edges({ base: '', train: 'base', merged: 'base train' }), ['base train', 'train merged']);
});

test('a need that passes columns takes a place of its own in each', () => {
  const graph = drawn({ data: '', base: '', train: 'data', merged: 'train', verdict: 'base merged' });
  const long = graph.edges.find(({ from }) => from === 'base')!;
  assert.deepEqual(
    long.places.map(({ column }) => column),
    [0, 1, 2, 3],
  );
  const taken = graph.nodes.map(({ column, row }) => `${column} ${row}`);
  for (const { column, row } of long.places.slice(1, -1)) assert.ok(!taken.includes(`${column} ${row}`));
});

test('parallel roads do not cross', () => {
  const { nodes } = drawn({ a: '', b: '', b2: 'b', a2: 'a', a3: 'a2', b3: 'b2' });
  const rowOf = (id: string) => nodes.find((node) => node.id === id)!.row;
  assert.deepEqual(['a', 'a2', 'a3'].map(rowOf), [0, 0, 0]);
  assert.deepEqual(['b', 'b2', 'b3'].map(rowOf), [2, 2, 2]);
});

test('each variant of a small matrix is drawn, and a large matrix as one', () => {
  const small = { data: '', 'train@r=4': 'data', 'train@r=8': 'data', best: 'train' };
  assert.deepEqual(edges(small), ['data train@r=4', 'data train@r=8', 'train@r=4 best', 'train@r=8 best']);
  const variants = Object.fromEntries(Array.from({ length: 9 }, (_, r) => [`train@r=${r}`, 'data']));
  const large = drawn({ data: '', ...variants, best: 'train' });
  assert.deepEqual(
    large.nodes.map(({ id, steps: own }) => [id, own.length]),
    [
      ['data', 1],
      ['train', 9],
      ['best', 1],
    ],
  );
  assert.deepEqual(edges({ data: '', ...variants, best: 'train' }), ['data train', 'train best']);
});

test('steps that do not wait for each other have no graph', () => {
  assert.equal(stepGraph(steps({ one: '', other: '' })), undefined);
  assert.equal(stepGraph([]), undefined);
});
