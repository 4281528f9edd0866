import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { checkDocument } from '../../../core/language/plan/make-plan.ts';
import { SetError, setOption } from '../../../core/language/yaml/set-option.ts';

const document = `name: p   # a remark
steps:
  data:  { uses: prepare, with: { source: ./rows.jsonl } }
  train:
    uses: train
    with:
      base: ./base
      dataset: "\${{ steps.data.outputs.dataset }}"
      learning_rate: 2e-4 # slow
      lora: { r: 8, target_modules: [q_proj, v_proj] }
`;
const set = (path: string, value: string, text = document) => setOption(text, path.split('.'), value);

test('a value is exchanged where it stands, and nothing else of the text changes', () => {
  assert.equal(set('steps.train.with.learning_rate', '1e-4'), document.replace('2e-4', '1e-4'));
  assert.equal(set('steps.train.with.lora.r', '16'), document.replace('r: 8', 'r: 16'));
});

test('an option that was not written is added, also where its map was not', () => {
  for (const [path, value, expected] of [
    ['epochs', '5', 5],
    ['checkpoint.every_steps', '10', 10],
    ['lora.dropout', '0.1', 0.1],
    ['lora.target_modules', '[k_proj]', ['k_proj']],
    ['early_stop', '{ patience: 2 }', { patience: 2 }],
  ] as const) {
    const text = set(`steps.train.with.${path}`, value);
    const found = path.split('.').reduce((inner, key) => inner[key], parse(text).steps.train.with);
    assert.deepEqual(found, expected, path);
    assert.match(text, /# a remark/);
    assert.deepEqual(checkDocument(text).diagnostics, [], text);
  }
});

test('what is set under an anchor changes only the step it is set for', () => {
  const shared = `name: p
steps:
  one: { uses: run, with: &same { command: [echo], env: { A: "1" } } }
  two: { uses: run, with: *same }
`;
  const { steps } = parse(set('steps.two.with.env.A', '"2"', shared));
  assert.deepEqual([steps.one.with.env.A, steps.two.with.env.A], ['1', '2']);
});

test('any text as a value comes back as the text it was, wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (value) => {
      const text = set('steps.data.with.source', JSON.stringify(value));
      assert.equal(parse(text).steps.data.with.source, value);
      assert.equal(parse(text).steps.train.with.learning_rate, 2e-4);
    }),
  );
});

test('a misspelled option is found by the check of the document, with what was meant', () => {
  const [found] = checkDocument(set('steps.train.with.learning_rat', '1e-4')).diagnostics;
  assert.deepEqual(
    [found?.reason, found?.facts],
    ['unknown-option', { option: 'learning_rat', kind: 'train', hint: { meant: 'learning_rate' } }],
  );
});

test('a value that is not YAML, and a place inside a plain value, are refused', () => {
  assert.throws(() => set('steps.train.with.lora', '{ r: '), SetError);
  assert.throws(() => set('steps.train.with.base.name', 'x'), {
    problem: { reason: 'parent-not-a-map', facts: { path: ['steps', 'train', 'with', 'base'] } },
  });
});
