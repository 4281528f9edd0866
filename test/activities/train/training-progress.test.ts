// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrainingProgress } from '../../../activities/train/training-progress.ts';
import type { TrainerEvent } from '../../../protocol/trainer/events.ts';

const started = (step = 0): TrainerEvent => ({
  event: 'started',
  step,
  max_steps: 1000,
  parameters: 1,
  trainable: 1,
  device: 'cpu',
  precision: 'fp32',
  threads: 1,
  memory_bytes: 1,
});

/** `pace`: seconds per step as the trainer estimates it. */
const progress = (step: number, loss: number | 'nan', pace = 1): TrainerEvent => ({
  event: 'progress',
  step,
  max_steps: 1000,
  epoch: 0,
  loss,
  learning_rate: 1e-4,
  grad_norm: 1,
  tokens_per_second: 100,
  eta_seconds: pace * (1000 - step),
  memory_bytes: 1,
});

test('the time that remains is told once four estimates agree, and stays told until the training starts anew', () => {
  const training = new TrainingProgress();
  training.note(started());
  const paces = [9, 5, 3.7, 3, 2.9, 2.9, 2.8, 4];
  const told = paces.map((pace, at) => training.note(progress(at + 1, 1, pace))?.eta_seconds !== undefined);
  assert.deepEqual(told, [false, false, false, false, false, false, true, true]);
  assert.equal(training.note(started(5))?.eta_seconds, undefined);
  assert.equal(training.note(progress(6, 1, 4))?.eta_seconds, undefined);
});

test('the curve keeps its shape in a few points, however long the training', () => {
  const training = new TrainingProgress();
  training.note(started());
  let last: readonly number[] = [];
  for (let step = 1; step <= 997; step++) {
    last = training.note(progress(step, step === 500 ? 'nan' : 2 - step / 1000))?.losses ?? [];
    assert.ok(last.length <= 48);
  }
  assert.ok(last.length >= 24, String(last.length));
  assert.deepEqual(
    last,
    [...last].sort((a, b) => b - a),
  );
  assert.ok(last[0]! > 1.95 && last.at(-1)! < 1.05, last.join());
});

test('a later attempt goes on with the curve and the loss on held-out rows of the earlier ones, from the checkpoint it resumed from', () => {
  const losses = [3, 2.5, 2, 1.5];
  const evaluated = { event: 'evaluated', step: 2, eval_loss: 0.7, best: true } as const;
  const earlier = [started(), ...losses.map((loss, at) => progress(at + 1, loss)), evaluated];
  const training = new TrainingProgress(earlier as never);
  training.note(started(2));
  const told = training.note(progress(3, 2.1));
  assert.deepEqual([told?.losses, told?.eval_loss], [[3, 2.5, 2.1], 0.7]);
  assert.equal(training.note(started(1))?.eval_loss, undefined);
});

test('the loss on held-out rows and the newest checkpoint stay in the heartbeats that follow', () => {
  const training = new TrainingProgress();
  training.note(started());
  training.note({ event: 'evaluated', step: 1, eval_loss: 0.5, best: true });
  training.note({
    event: 'checkpoint',
    step: 1,
    path: 'c',
    bytes: 1,
    eval_loss: 0.5,
    best: true,
    finished: false,
    digest: 'd',
  });
  const told = training.note(progress(2, 1));
  assert.deepEqual([told?.eval_loss, told?.checkpoint, told?.step], [0.5, 1, 2]);
});
