import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestFitting, reliefFor } from '../../../core/estimates/fit.ts';
import { trainingLoad, trainingWork, trainNeeds } from '../../../core/estimates/kinds/training.ts';
import { usualShape } from '../../../core/estimates/model-shape.ts';
import { totalBytes, trainingMemory } from '../../../core/estimates/training-memory.ts';
import { optimizerSteps, usualPace } from '../../../core/estimates/training-time.ts';

type Options = Parameters<typeof trainNeeds>[0];

const seven = usualShape(7.62e9);
const rows = { rows: 1000, bytes: 400_000, tokens: 120, longest: 900 };
const load = (options: object, device: 'cpu' | 'gpu' = 'gpu') => trainingLoad({ ...options }, { device });
const bytes = (options: object, device: 'cpu' | 'gpu' = 'gpu') =>
  totalBytes(trainingMemory(seven, load(options, device)));

test('the memory of a training is in the range that people report for it', () => {
  // 7 B with LoRA in 16 bits: about 16 to 24 GB; with QLoRA about 6 to 10 GB.
  const [whole, packed] = [bytes({}), bytes({ load_in_4bit: true, batch_size: 1 })];
  assert.ok(whole > 15e9 && whole < 24e9, `${whole}`);
  assert.ok(packed > 5.5e9 && packed < 10e9, `${packed}`);
});

test('each option that saves memory lowers the estimate, and each that costs some raises it', () => {
  const usual = bytes({});
  for (const less of [{ load_in_4bit: true }, { load_in_8bit: true }, { batch_size: 1 }, { max_length: 256 }])
    assert.ok(bytes(less) < usual, JSON.stringify(less));
  for (const more of [
    { gradient_checkpointing: false },
    { lora: { r: 256 } },
    { batch_size: 8 },
    { precision: 'fp32' },
  ])
    assert.ok(bytes(more) > usual, JSON.stringify(more));
});

test('rows shorter than `max_length` need less, unless they are packed', () => {
  const short = (options: Options) => trainingLoad(options, { device: 'gpu', rows }).tokens;
  assert.equal(short({ max_length: 1024 }), 900);
  assert.equal(short({ max_length: 512 }), 512);
  assert.equal(short({ max_length: 1024, packing: true }), 1024);
});

test('a training that is too large is told the least change by which it fits', () => {
  const relief = (options: Options, limit: number, device: 'cpu' | 'gpu' = 'gpu') =>
    reliefFor(seven, load(options, device), { bytes: limit, rowsPerStep: 8 })?.set;
  assert.deepEqual(relief({ gradient_checkpointing: false, batch_size: 2 }, 24e9), { gradient_checkpointing: true });
  assert.deepEqual(relief({ batch_size: 8 }, 20e9), { batch_size: 1, gradient_accumulation: 8 });
  assert.deepEqual(relief({ batch_size: 1 }, 10e9), { load_in_4bit: true });
  assert.deepEqual(relief({}, 24e9, 'cpu'), { gradient_checkpointing: true, precision: 'bf16' });
  assert.equal(relief({}, 4e9), undefined);
});

test('where no option helps, the largest base that fits is named', () => {
  assert.equal(largestFitting(load({}, 'cpu'), 16e9), 1);
  assert.equal(largestFitting(load({}), 24e9), 8);
  assert.equal(largestFitting(load({}), 0.5e9), undefined);
});

test('optimizer steps are those of the trainer: the last step of an epoch may be short', () => {
  assert.equal(optimizerSteps({ rows: 157, rowsPerStep: 16, epochs: 3 }), 30);
  assert.equal(optimizerSteps({ rows: 157, rowsPerStep: 16, epochs: 0.5 }), 5);
  assert.equal(optimizerSteps({ rows: 157, rowsPerStep: 16, epochs: 3, maxSteps: 12 }), 12);
});

test('held-out rows are measured, not learned', () => {
  const work = trainingWork(
    { batch_size: 2, epochs: 1, checkpoint: { every_steps: 100 } },
    { rows, heldOut: 0.1, device: 'cpu' },
  );
  assert.deepEqual([work?.steps, work?.heldOut, work?.evaluations], [450, 100, 5]);
});

test('twice the epochs take twice as long; without rows no time is said', () => {
  const seconds = (options: Options, known: object = { rows }) =>
    trainNeeds(
      { ...options },
      { shape: seven, isBaseMade: false, heldOut: 0, device: 'gpu', pace: usualPace('gpu', 8), ...known },
    ).seconds;
  const [one, two] = [seconds({ epochs: 10 })!, seconds({ epochs: 20 })!];
  assert.ok(two > 1.8 * one && two < 2 * one);
  assert.equal(seconds({}, {}), undefined);
});

test('the disk holds the checkpoints that are kept, twice, and a base that must be fetched', () => {
  const disk = (isBaseMade: boolean, options: Options = {}) =>
    trainNeeds(
      { max_steps: 1000, lora: { r: 16 }, ...options },
      { shape: seven, isBaseMade, heldOut: 0, rows, device: 'gpu', pace: usualPace('gpu', 8) },
    ).disk!;
  assert.equal(disk(true) - disk(false), 2 * 7.62e9);
  const one = disk(false, { max_steps: 100 }) / 2;
  assert.ok(Math.abs(disk(false) - 7 * one) < 1, 'four in the work folder and three in the store');
});
