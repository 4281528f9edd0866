import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../core/handles.ts';
import { findDifferences, type Ingredients, type RowCounts } from '../../core/key-difference.ts';
import type { Change, Reason } from '../../core/reasons.ts';
import { changeWords } from '../../core/words/changes.ts';
import { isNews, isSurprising, reasonWords } from '../../core/words/reasons.ts';

const hash = (letter: string) => `sha256:${letter.repeat(64)}`;
const artifact = (letter: string, kind = 'dataset') => ({ kind, digest: hash(letter) });
const ingredients = (kind: Ingredients['kind'], options: Json, over: Partial<Ingredients> = {}): Ingredients => ({
  kind,
  revision: 1,
  options,
  libraries: 'e1',
  ...over,
});
const describe = (before: Ingredients, after: Ingredients, rows: RowCounts = {}) =>
  findDifferences(before, after, rows).map(changeWords);
const between = (before: Json, after: Json, kind: Ingredients['kind'] = 'train') =>
  describe(ingredients(kind, before), ingredients(kind, after));

const rows: [string, Ingredients['kind'], Json, Json, string[]][] = [
  ['a number', 'train', { learning_rate: 2e-4 }, { learning_rate: 1e-4 }, ['learning_rate 0.0002 → 0.0001']],
  ['a value deep inside', 'train', { lora: { r: 8 } }, { lora: { r: 16 } }, ['lora.r 8 → 16']],
  ['a value that was not set', 'train', {}, { max_steps: 100 }, ['max_steps unset → 100']],
  [
    'a list',
    'train',
    { lora: { target_modules: 'all-linear' } },
    { lora: { target_modules: ['q_proj', 'v_proj'] } },
    ['lora.target_modules all-linear → [q_proj, v_proj]'],
  ],
  ['a long text', 'run', { script: 'a'.repeat(80) }, { script: 'b'.repeat(80) }, ['script changed']],
  ['the rows that are prepared', 'prepare', { source: hash('a') }, { source: hash('b') }, ['data changed']],
  ['a file', 'evaluate', { prompts: hash('a') }, { prompts: hash('b') }, ['prompts changed']],
  ['a model by its name', 'evaluate', { before: hash('a') }, { before: hash('b') }, ['before is another model now']],
  [
    'what an earlier step made',
    'merge',
    { adapter: artifact('a', 'adapter') },
    { adapter: artifact('b', 'adapter') },
    ['adapter changed (by an earlier step)'],
  ],
  [
    'a base on the Hub',
    'train',
    { base: `hub:org/a@${'1'.repeat(40)}` },
    { base: `hub:org/a@${'2'.repeat(40)}` },
    ['base org/a@1111111 → org/a@2222222'],
  ],
  [
    'an adapter to continue from',
    'train',
    { continue_from: artifact('a', 'adapter') },
    { continue_from: artifact('b', 'adapter') },
    ['continue_from aaaaaaaaaaaa → bbbbbbbbbbbb'],
  ],
  ['nothing', 'train', { epochs: 3 }, { epochs: 3 }, []],
];
for (const [what, kind, before, after, expected] of rows) {
  test(`a difference in ${what} is described in words`, () => assert.deepEqual(between(before, after, kind), expected));
}

test('data comes first, then options, then artifacts of earlier steps, then libraries and temper itself', () => {
  const before = ingredients('train', { dataset: artifact('a'), base: artifact('a', 'model'), epochs: 3 });
  const after = ingredients(
    'train',
    { base: artifact('b', 'model'), epochs: 4, dataset: artifact('b') },
    { libraries: 'e2', revision: 2 },
  );
  assert.deepEqual(describe(before, after, { before: 40, after: 43 }), [
    'data changed: 40 → 43 rows',
    'epochs 3 → 4',
    'base changed (by an earlier step)',
    'the training libraries changed',
    'this version of temper carries out train differently',
  ]);
  assert.equal(describe(before, after, { before: 40, after: 40 })[0], 'data changed, still 40 rows');
  assert.equal(describe(before, after)[0], 'dataset changed (by an earlier step)');
});

test('a newer Ollama is reported with both versions', () => {
  const of = (ollama: string) => ingredients('import', {}, { libraries: { environment: 'e1', ollama } });
  assert.deepEqual(describe(of('0.24.0'), of('0.25.1')), ['Ollama 0.24.0 → 0.25.1']);
});

const since = { run: 'p-1', step: 'train' };
const change = (option: string): Change => ({ code: 'content', facts: { option } });

test('a reason is one short line and says how many changes it leaves out', () => {
  const changes = ['a', 'b', 'c'].map(change);
  assert.equal(
    reasonWords({ code: 'changed', facts: { since, changes, more: 2 } }),
    'a changed; b changed; c changed; and 2 more',
  );
  const long = { since, changes: [change('x'.repeat(500))], more: 0 };
  assert.equal(reasonWords({ code: 'changed', facts: long }).length, 140);
  assert.equal(reasonWords('a sentence of an older record'), 'a sentence of an older record');
});

test('a reason without news is not shown: a first run, or what the person asked for', () => {
  const first: Reason = { code: 'first_run', facts: {} };
  const asked: Reason = { code: 'no_reuse', facts: { by: 'command' } };
  const changed: Reason = { code: 'changed', facts: { since, changes: [change('a')], more: 0 } };
  assert.deepEqual(
    [first, asked, changed].map((reason) => isNews(reason)),
    [false, true, true],
  );
  assert.deepEqual(
    [first, asked, changed].map((reason) => isSurprising(reason)),
    [false, false, true],
  );
});
