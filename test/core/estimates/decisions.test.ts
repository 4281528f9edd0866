import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { decisionsOf, type Foreseen, whatIsSure } from '../../../core/estimates/decisions.ts';
import { sketchPlan } from '../../../core/language/plan/make-plan.ts';
import { road } from '../../rig/known.ts';

const rules = { fromDocument: (path: string) => resolve('/d', path), fromShell: (path: string) => resolve(path) };
const planOf = (text: string) => sketchPlan(text, '/d/p.yaml', rules).plan!;
const actions = (text: string, foreseen?: Foreseen) =>
  Object.fromEntries([...decisionsOf(planOf(text), foreseen)].map(([id, { action }]) => [id, action]));
const reused = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, { reused: true }]));

test('in a home without runs every step runs, but for those that somebody or something decides', () => {
  const text = `${road()}\n  yes: { uses: approve, needs: verdict }`;
  assert.deepEqual(new Set(Object.values(actions(text))), new Set(['run', 'condition', 'ask']));
  assert.equal(actions(text).serve, 'condition');
  assert.equal(actions(text).yes, 'ask');
});

test('behind a step that runs, the others wait to see what comes out of it', () => {
  const decided = actions(road(), { steps: { ...reused('data'), train: { reused: false } }, left: {} });
  assert.equal(decided.data, 'reuse');
  assert.equal(decided.train, 'run');
  assert.deepEqual([decided.best, decided.merged, decided.gguf], ['after', 'after', 'after']);
});

test('a step that cannot be looked at says why', () => {
  const left = { data: { code: 'FILE_NOT_FOUND', message: 'rows.jsonl does not exist' } };
  const decided = decisionsOf(planOf(road()), { steps: {}, left });
  assert.deepEqual(decided.get('data'), { action: 'unknown', ...left.data });
});

test('only what is decided counts as sure', () => {
  const decided = decisionsOf(planOf(road()), { steps: { ...reused('data'), train: { reused: false } }, left: {} });
  assert.deepEqual(
    [...whatIsSure(decided)],
    [
      ['data', true],
      ['train', false],
    ],
  );
});

test('each variant of a matrix is decided by itself, and a step behind waits for all of them', () => {
  const text = `name: sweep
steps:
  train: { uses: run, matrix: { r: [1, 2] }, with: { command: [echo, "r\${{ matrix.r }}"] } }
  after: { uses: run, needs: train, with: { command: [echo, done] } }
`;
  const one = actions(text, { steps: reused('train@r=1'), left: {} });
  assert.deepEqual([one['train@r=1'], one['train@r=2'], one.after], ['reuse', 'run', 'after']);
});
