import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, qwen7b, road, soundBase } from '../../rig/known.ts';

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

/** A model of 7.6 billion parameters whose measures are known. */
const measured = {
  ...seven,
  config: { ...soundBase.config, ...qwen7b },
  weights: { ...seven.weights, numbers: 7.6e9 },
};
const judged = (machine: object, options: string, decided?: ReadonlyMap<string, boolean>) =>
  findingsIn(
    road({
      train: `{ uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}"${options} } }`,
    }),
    { bases: new Map([['/d/base', measured]]), machine, ...(decided ? { decided } : {}) },
  ).filter((line) => line.includes('BAD_OPTIONS'));

test('a training that no GPU of the machine can hold is refused where it is decided that it runs', () => {
  const gpu = { hasGpu: true, device: 12e9 };
  const words = 'BAD_OPTIONS train.base: the weights of /d/base alone take 15.5 GB, and the GPU has 12.0 GB';
  assert.deepEqual(judged(gpu, ''), [`warning ${words}`]);
  assert.deepEqual(judged(gpu, '', new Map([['train', false]])), [`error ${words}`]);
  assert.deepEqual(judged(gpu, '', new Map([['train', true]])), [], 'it is reused');
  assert.deepEqual(judged(gpu, ', load_in_4bit: true, batch_size: 1'), []);
});

test('a training whose estimate alone is too large is a warning, since the batch may be split', () => {
  const gpu = { hasGpu: true, device: 17e9 };
  const [found = ''] = judged(gpu, ', batch_size: 8, max_length: 4096', new Map([['train', false]]));
  assert.match(found, /^warning BAD_OPTIONS train\.base: by its estimate a training of \/d\/base takes \d+\.\d GB/);
});
