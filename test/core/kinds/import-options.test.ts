import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocument } from '../../../core/language/check/document.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';

const gguf = 'gguf: "${{ steps.gguf.outputs.gguf }}"';
const adapter = 'adapter: "${{ steps.best.outputs.adapter }}"';

/** What is wrong with an import that has these options. */
const wrong = (...options: string[]) =>
  checkDocument(`
name: p
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: "ollama:m", dataset: "\${{ steps.data.outputs.dataset }}" } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: "ollama:m", adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}" } }
  model: { uses: import, with: { ${['name: n', ...options].join(', ')} } }
`).diagnostics.map((problem) => describeProblem(problem).message.replace('steps.model.with: ', ''));

test('an import takes a model of its own or an adapter alone', () => {
  assert.deepEqual(wrong(gguf), []);
  assert.deepEqual(wrong(adapter), []);
  assert.deepEqual(wrong(adapter, 'onto: m'), []);
});

test('an import of both, of neither, and a model of its own onto another are refused', () => {
  assert.deepEqual(wrong(gguf, adapter), ['must have one of `gguf` and `adapter`']);
  assert.deepEqual(wrong(), ['must have one of `gguf` and `adapter`']);
  assert.match(
    wrong(gguf, 'onto: m').join(),
    /^has `onto`, which names the model that an `adapter` is put on, but no `adapter`$/,
  );
});
