import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trackedIn } from '../../../core/kinds/options/tracking.ts';
import { stepOptions } from '../../../core/kinds/registry.ts';

const track = stepOptions.train.shape.track;
const parsed = (value: unknown) => trackedIn(track.parse(value));

test('a tracker is named alone, with its project and server, or in a list, and counts once', () => {
  assert.deepEqual(parsed(undefined), []);
  assert.deepEqual(parsed('mlflow'), [{ to: 'mlflow' }]);
  const own = { to: 'wandb', project: 'team/sums', url: 'https://wandb.example:8443/api' };
  assert.deepEqual(parsed(own), [own]);
  assert.deepEqual(parsed(['tensorboard', own, { to: 'tensorboard' }]), [{ to: 'tensorboard' }, own]);
});

test('a password in an address, and an address for TensorBoard, are refused', () => {
  for (const value of [
    'weights and biases',
    { to: 'mlflow', url: 'https://ann:secret@mlflow.example' },
    { to: 'mlflow', url: 'mlflow.example' },
    { to: 'tensorboard', url: 'https://board.example' },
    { to: 'wandb', project: '../elsewhere/x/y' },
    [],
  ])
    assert.equal(track.safeParse(value).success, false, JSON.stringify(value));
});
