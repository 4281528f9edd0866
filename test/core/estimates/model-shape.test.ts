import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterParameters } from '../../../core/estimates/adapter.ts';
import { ggufBytes, loadedBytes } from '../../../core/estimates/model-bytes.ts';
import {
  layerParameters,
  parametersInName,
  shapeOf,
  usualShape,
  workingParameters,
} from '../../../core/estimates/model-shape.ts';
import { qwen7b, smollm, soundBase } from '../../rig/known.ts';

const shapeWith = (config: Readonly<Record<string, unknown>>) =>
  shapeOf({ ...soundBase, config, weights: { bytes: 0, numbers: 0, names: [] } })!;
const isNear = (got: number, wanted: number, share: number) =>
  assert.ok(Math.abs(got - wanted) <= share * wanted, `${got} is not within ${share * 100} % of ${wanted}`);

test('a config without its weights tells the number of parameters that the model card states', () => {
  isNear(shapeWith(qwen7b).parameters, 7.616e9, 0.001);
  isNear(shapeWith(smollm).parameters, 134.5e6, 0.001);
});

test('an adapter has as many parameters as peft reports for it', () => {
  const r16 = (target_modules: 'all-linear' | string[]) => ({ r: 16, dropout: 0, target_modules });
  // `print_trainable_parameters()` of Qwen2.5-7B with r 16.
  assert.equal(adapterParameters(shapeWith(qwen7b), r16('all-linear')), 40_370_176);
  assert.equal(adapterParameters(shapeWith(qwen7b), r16(['q_proj', 'v_proj'])), 5_046_272);
});

test('a quantized file and weights loaded in 4 bits are as large as people see them', () => {
  isNear(ggufBytes(shapeWith(qwen7b), 'q4_K_M'), 4.68e9, 0.02);
  isNear(ggufBytes(shapeWith(smollm), 'q8_0'), 144.8e6, 0.02);
  isNear(loadedBytes(shapeWith(qwen7b), { precision: 'bf16', bits: 4 }), 5.5e9, 0.03);
  assert.equal(loadedBytes(shapeWith(smollm), { precision: 'fp32', bits: 16 }), shapeWith(smollm).parameters * 4);
});

test('a tied embedding works as the output layer; another is only looked up', () => {
  const [tied, untied] = [shapeWith(smollm), shapeWith(qwen7b)];
  assert.equal(workingParameters(tied), tied.parameters);
  assert.equal(untied.parameters - workingParameters(untied), 152_064 * 3584);
  assert.equal(untied.parameters - layerParameters(untied), 2 * 152_064 * 3584);
});

for (const [name, parameters] of [
  ['Qwen/Qwen2.5-7B-Instruct', 7e9],
  ['Qwen/Qwen2.5-0.5B', 0.5e9],
  ['ollama:smollm2:135m', 135e6],
  ['meta-llama/Meta-Llama-3-8B-Instruct@main', 8e9],
  ['google/gemma-2-27b-it', 27e9],
  ['microsoft/phi-4', undefined],
  ['org/model-v2b3', undefined],
] as const)
  test(`the name ${name} tells ${parameters === undefined ? 'no' : parameters / 1e9} billion parameters`, () => {
    assert.equal(parametersInName(name), parameters);
  });

test('a model known by its size alone has the shape of a usual one', () => {
  const shape = usualShape(7e9);
  assert.equal(shape.from, 'name');
  assert.equal(shape.layers, 28);
  isNear(shape.hidden, 3584, 0.06);
});
