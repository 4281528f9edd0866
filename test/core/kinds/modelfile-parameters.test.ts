import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importStep } from '../../../core/kinds/import.ts';
import { checkDocument } from '../../../core/language/check/document.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';

const told = (parameters: string, name = 'my-model') => {
  const step = `{ uses: import, with: { gguf: "\${{ steps.g.outputs.gguf }}", name: "${name}", parameters: ${parameters} } }`;
  const model = '{ uses: quantize, with: { model: "${{ steps.m.outputs.model }}" } }';
  const merged = '{ uses: run, with: { command: [x], outputs: { model: { path: m, type: model } } } }';
  const text = `name: p\nsteps:\n  m: ${merged}\n  g: ${model}\n  i: ${step}\n`;
  return checkDocument(text).diagnostics.map((each) => {
    const { message, hint } = describeProblem(each);
    return `${message.replace('steps.i.with.', '')}${hint ? `; ${hint}` : ''}`;
  });
};

test('parameters of the right type are accepted', () => {
  assert.deepEqual(
    told('{ num_ctx: 4096, temperature: 0, top_p: 0.9, num_predict: -1, use_mmap: false, stop: ["###"], seed: 7 }'),
    [],
  );
  assert.deepEqual(told('{ stop: "###" }'), []);
});

for (const [parameters, words] of [
  ['{ num_ctx: "512" }', 'parameters.num_ctx: must be a whole number, got "512"; write `512`'],
  ['{ num_ctx: 512.5 }', 'parameters.num_ctx: must be a whole number, got 512.5'],
  ['{ num_ctx: 0 }', 'parameters.num_ctx: must be greater than 0, got 0'],
  ['{ temperature: "0,2" }', 'parameters.temperature: must be a number, got "0,2"; write `0.2`'],
  ['{ temprature: 0.2 }', 'parameters: unknown option "temprature"; did you mean "temperature"?'],
  ['{ repetition_penalty: 1.1 }', 'parameters: unknown option "repetition_penalty"; did you mean "repeat_penalty"?'],
  ['{ max_new_tokens: 9 }', 'parameters: unknown option "max_new_tokens"; did you mean "num_predict"?'],
  ['{ n_gpu_layers: 9 }', 'parameters: unknown option "n_gpu_layers"; did you mean "num_gpu"?'],
  ['{ use_mmap: "true" }', 'parameters.use_mmap: must be true or false, got "true"; write `true`'],
  ['{ top_p: 90 }', 'parameters.top_p: must be at most 1, got 90'],
] as const)
  test(`a mistyped parameter is named before anything runs: ${parameters}`, () => {
    assert.deepEqual(told(parameters), [words]);
  });

test('a parameter that Ollama no longer reads is refused with those that it reads', () => {
  assert.match(told('{ mirostat: 1 }').join(), /unknown option "mirostat"; known options: num_ctx, /);
});

for (const name of [
  'my model',
  'a/b/c/d',
  'org.name/model',
  ':latest',
  'model:',
  'a:b:c',
  '模型',
  '-x',
  'x'.repeat(81),
  `x:${'y'.repeat(81)}`,
])
  test(`Ollama refuses the name ${name.slice(0, 12)}, so the document is refused`, () => {
    assert.match(told('{}', name).join(), /is not a model name of Ollama/);
  });

for (const name of [
  'my-model',
  'my_model.v2:q4',
  'me/my-model:latest',
  'localhost:5000/me/my-model:1',
  '_x',
  'x'.repeat(80),
])
  test(`Ollama takes the name ${name.slice(0, 30)}`, () => {
    assert.deepEqual(told('{}', name), []);
  });

test('no parameter is set that the document does not name', () => {
  assert.deepEqual(importStep.options.shape.parameters.parse(undefined), {});
});
