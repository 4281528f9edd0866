import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, road } from '../../rig/known.ts';

const select = (step: number, training = 'max_steps: 60, checkpoint: { every_steps: 20, keep: 2 }') =>
  findingsIn(
    road({
      best: `{ uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: { step: ${step} } } }`,
      train: `{ uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}", ${training} } }`,
    }),
  ).map((line) => line.replace('error NO_CHECKPOINT best.select.step: ', ''));

test('a selected step at which the training saves nothing is refused', () => {
  assert.deepEqual(select(41), ['the training saves no checkpoint at step 41: it saves every 20 steps']);
  assert.deepEqual(select(41, 'checkpoint: { every_steps: 20 }'), [
    'the training saves no checkpoint at step 41: it saves every 20 steps',
  ]);
});

test('a selected step after the last one is refused', () => {
  assert.deepEqual(select(80), ['the training ends at step 60, before step 80']);
});

test('a selected step that is deleted before the training ends is refused', () => {
  assert.deepEqual(select(20), [
    'the training deletes the checkpoint of step 20 unless it is the best: it keeps the newest 2, which are 40, 60',
  ]);
});

for (const [what, step, training] of [
  ['the last one', 60, undefined],
  ['the last one, between two saves', 50, 'max_steps: 50, checkpoint: { every_steps: 20 }'],
  ['one that is kept', 40, undefined],
  ['one that the clock may save', 41, 'max_steps: 60, checkpoint: { every_steps: 20, every_minutes: 5 }'],
  [
    'one that an evaluation between two saves may save',
    45,
    'max_steps: 60, checkpoint: { every_steps: 20 }, eval: { every_steps: 5 }',
  ],
  ['one of a training that may end early', 20, 'max_steps: 60, checkpoint: { every_steps: 20 }, early_stop: {}'],
  ['one of a training of unknown length', 20, 'epochs: 3, checkpoint: { every_steps: 20 }'],
] as const)
  test(`a selected step is accepted: ${what}`, () => {
    assert.deepEqual(select(step, training), []);
  });

test('a number far from usual ones is told, for each such option', () => {
  assert.deepEqual(
    findingsIn(
      road({
        train:
          '{ uses: train, with: { base: ./base, dataset: "${{ steps.data.outputs.dataset }}", learning_rate: 0.5, epochs: 300, lora: { r: 1024 } } }',
      }),
    ),
    [
      'warning BAD_OPTIONS train.epochs: 300 is far above what trainings use, 0 to 100',
      'warning BAD_OPTIONS train.learning_rate: 0.5 is far above what trainings use, 0.000001 to 0.005',
      'warning BAD_OPTIONS train.lora.r: 1024 is far above what trainings use, 1 to 512',
    ],
  );
});

test('a model that is measured needs rows, and is told where those are the rows it has learned', () => {
  const measured = 'model: "${{ steps.merged.outputs.model }}", measure: true';
  const gguf = (more = '') => ({ gguf: `{ uses: quantize, with: { ${measured}${more} } }` });
  assert.deepEqual(findingsIn(road(gguf())), []);
  const learned = { data: '{ uses: prepare, with: { source: ./rows.jsonl, eval_split: 0 } }' };
  assert.deepEqual(findingsIn(road({ ...gguf(), ...learned })), [
    'warning BAD_OPTIONS gguf: measures its drift on the rows that were learned, since step "data" holds out none',
  ]);
  const foreign = { merged: '{ uses: run, with: { command: [x], outputs: { model: { path: m, type: model } } } }' };
  const problems = (more?: string) =>
    findingsIn(road({ ...gguf(more), ...foreign })).filter((line) => line.includes('gguf'));
  assert.deepEqual(problems(), [
    'error BAD_OPTIONS gguf: measures its drift, and no training before it says on which rows',
  ]);
  assert.deepEqual(problems(', dataset: "${{ steps.data.outputs.dataset }}"'), []);
});
