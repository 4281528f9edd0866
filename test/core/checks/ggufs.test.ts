// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BaseFacts, GgufFacts } from '../../../core/checks/base-facts.ts';
import { findingsIn, road, soundBase } from '../../rig/known.ts';

const sound: GgufFacts = { architecture: 'llama', kind: 'model', parts: 1, experts: 0, hasEncoder: false };
const steps = {
  train: '{ uses: train, with: { base: "ollama:m", dataset: "${{ steps.data.outputs.dataset }}" } }',
  merged: '{ uses: merge, with: { base: "ollama:m", adapter: "${{ steps.best.outputs.adapter }}" } }',
};

function findingsWith(gguf: Partial<GgufFacts>, more: Partial<BaseFacts> = {}, trained = steps): string[] {
  const facts: BaseFacts = { ...soundBase, is: 'gguf', names: ['m.gguf'], ...more, gguf: { ...sound, ...gguf } };
  return findingsIn(road(trained), { bases: new Map([['ollama:m', facts]]) }).filter((line) =>
    line.includes('train.base'),
  );
}

test('a GGUF file of whole weights with a template has no findings', () => {
  assert.deepEqual(findingsWith({ quantization: 'F16' }), []);
});

for (const [what, gguf, words] of [
  [
    'an unknown architecture',
    { architecture: 'gemma4' },
    'GGUF_UNSUPPORTED train.base: ollama:m is of the architecture "gemma4"',
  ],
  ['an adapter', { kind: 'adapter' }, 'GGUF_UNSUPPORTED train.base: ollama:m holds no model (adapter)'],
  ['a part', { parts: 3 }, 'GGUF_UNSUPPORTED train.base: ollama:m is one of 3 parts of a model'],
  ['an encoder', { hasEncoder: true }, 'ollama:m has an encoder of images or sounds'],
  ['experts', { experts: 8 }, 'UNSUPPORTED_ARCHITECTURE train.base: ollama:m chooses from 8 experts'],
  [
    'rounded weights',
    { quantization: 'Q4_K_M' },
    'warning QUANTIZED_BASE train.base: the weights of ollama:m are rounded to Q4_K_M',
  ],
] as const)
  test(`${what} in a GGUF file that is to be a base model: said before the run`, () => {
    const [first, ...more] = findingsWith(gguf);
    assert.ok(first?.includes(words), first);
    assert.deepEqual(more, []);
  });

test('a GGUF file without a template needs one, and the training may give it', () => {
  const [first] = findingsWith({}, { hasTemplate: false });
  assert.match(first!, /NO_TEMPLATE train.base: the file of ollama:m holds no chat template/);
  const given = steps.train.replace(', dataset', ', template: ./t.jinja, dataset');
  assert.deepEqual(findingsWith({}, { hasTemplate: false }, { ...steps, train: given }), []);
});
