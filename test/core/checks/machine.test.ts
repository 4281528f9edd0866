import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, road, soundBase } from '../../rig/known.ts';

const seven = { ...soundBase, weights: { ...soundBase.weights, numbers: 7e9, bytes: 14e9 } };
const on = (machine: object, options = '') =>
  findingsIn(
    road({
      train: `{ uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}"${options} } }`,
    }),
    { bases: new Map([['/d/base', seven]]), machine },
  );

test('a base whose weights are larger than the memory that computes it is told', () => {
  const told =
    'warning BAD_OPTIONS train.base: the weights of /d/base alone take 28.0 GB, and this machine has 16.0 GB of memory and no GPU';
  assert.deepEqual(on({ memory: 16e9 }), [told]);
  assert.deepEqual(on({ memory: 16e9 }, ', precision: bf16'), []);
  assert.deepEqual(on({ memory: 16e9 }, ', load_in_4bit: true'), []);
  assert.deepEqual(on({ memory: 32e9 }), []);
  assert.deepEqual(on({}), []);
});

test('a base whose copies are larger than the free disk is told with the steps that write them', () => {
  assert.deepEqual(on({ free: 20e9 }), [
    'warning BAD_OPTIONS train.base: steps "merged" and "gguf" write /d/base anew, about 28.0 GB, and 20.0 GB are free',
  ]);
  assert.deepEqual(on({ free: 40e9 }), []);
});
