import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, road } from '../../rig/known.ts';

const merge = (base: string) =>
  `{ uses: merge, with: { base: ${base}, adapter: "\${{ steps.best.outputs.adapter }}" } }`;
const train = (base: string) =>
  `{ uses: train, with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}", max_steps: 60 } }`;
const facts = (...bases: [string, Record<string, string>][]) => ({
  bases: new Map(bases.map(([name, parts]) => [`/d/${name}`, { parts }])),
});
const parts = { 'config.json': 'a', 'model.safetensors': 'b' };

test('a copy of the base model is the same base model', () => {
  assert.deepEqual(findingsIn(road({ merged: merge('./copy') }), facts(['base', parts], ['copy', parts])), []);
});

test('a merge into another base model is refused and names the file that differs', () => {
  const other = { ...parts, 'config.json': 'c' };
  assert.deepEqual(findingsIn(road({ merged: merge('./other') }), facts(['base', parts], ['other', other])), [
    'error WRONG_BASE merged.base: /d/other is not the base model that step "train" trains on, /d/base: their config.json differs',
  ]);
});

test('two models of the Hub differ by name; two revisions of one may be one commit', () => {
  const hub = (one: string, other: string) => findingsIn(road({ train: train(one), merged: merge(other) })).length;
  assert.equal(hub('Qwen/Qwen2.5-0.5B', 'Qwen/Qwen2.5-0.5B-Instruct'), 1);
  assert.equal(hub('Qwen/Qwen2.5-0.5B', 'qwen/qwen2.5-0.5b@main'), 0);
  assert.equal(hub('Qwen/Qwen2.5-0.5B', './base'), 1);
});

test('a base that only the run knows is not judged', () => {
  assert.deepEqual(
    findingsIn(road({ merged: merge('"${{ inputs.base }}"') }).replace('steps:', 'inputs: { base: {} }\nsteps:')),
    [],
  );
});
