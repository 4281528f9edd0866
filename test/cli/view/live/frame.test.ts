// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { frameOf } from '../../../../cli/view/live/frame.ts';
import { placed } from '../../../../cli/view/live/placed.ts';
import { treeOf } from '../../../../cli/view/live/tree.ts';
import { began, sampleRun } from './fixtures/sample-run.ts';

test('whatever steps write, a frame has no line over the edge, no row too many and nothing that moves the cursor', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 300 }));
  const size = fc.record({ columns: fc.integer({ min: 20, max: 220 }), rows: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(text, text, size, (summary, line, size) => {
      const { seen } = sampleRun(1);
      const { state } = seen;
      const pending = { attempt: 2, scheduled: false, lastFailure: summary };
      const output = { phase: { code: 'output', facts: { line } } } as const;
      const made = {
        ...seen,
        pending: { ...seen.pending, train: pending, 'sweep@r=16': { ...pending, progress: output } },
        state: { ...state!, steps: { ...state!.steps, data: { ...state!.steps.data!, summary } as never } },
      };
      const frame = frameOf({ tree: treeOf(made.state, made, undefined), below: [], now: began }, size);
      assert.ok(frame.length <= size.rows);
      for (const shown of frame) {
        assert.ok(stringWidth(shown) <= size.columns, shown);
        assert.doesNotMatch(stripVTControlCharacters(shown), /[\u0000-\u001f\u007f-\u009f]/);
      }
    }),
    { examples: [['', '\n', { columns: 32, rows: 5 }]] },
  );
});

const outline = (graph: Record<string, string[]>): string[] =>
  placed(Object.entries(graph).map(([id, needs]) => ({ id, needs }))).map(({ id, depth }) => '  '.repeat(depth) + id);

test('a chain stays in one column, and what an earlier step of it is also needed for does not make a branch', () => {
  assert.deepEqual(outline({ data: [], train: ['data'], best: ['train'], verdict: ['data', 'best'] }), [
    'data',
    'train',
    'best',
    'verdict',
  ]);
});

test('branches are indented and whole, and where they meet the tree goes on above them', () => {
  const graph = { a: [], b: ['a'], c: ['a'], b2: ['b'], c2: ['c'], end: ['b2', 'c2'], after: ['end'] };
  assert.deepEqual(outline(graph), ['a', '  b', '  b2', '  c', '  c2', 'end', 'after']);
});

test('of variants that a low terminal has no room for, the line of their matrix tells', () => {
  const { seen } = sampleRun(1);
  const done = seen.state!.steps.data!;
  const ids = ['one', 's@1', 's@2', 's@3', 'two'];
  const state = { ...seen.state!, steps: Object.fromEntries(ids.map((id) => [id, done])) };
  const frame = frameOf({ tree: treeOf(state, undefined, undefined), below: [], now: began }, { columns: 60, rows: 4 });
  assert.deepEqual(
    frame.map((line) => stripVTControlCharacters(line).slice(0, 6).trim()),
    ['✔ one', '✔ s', '✔ 3', '✔ two'],
  );
});
