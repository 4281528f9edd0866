import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrackerFacts } from '../../../core/checks/known.ts';
import { findingsIn, road } from '../../rig/known.ts';

const nothing: TrackerFacts = { variables: {}, secrets: new Set(), hosts: new Set() };
const tracking = (track: string, facts: Partial<TrackerFacts> = {}) =>
  findingsIn(
    road({
      train: `{ uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}", track: ${track} } }`,
    }),
    { trackers: { ...nothing, ...facts } },
  );

test('a tracker that has no server or no login is told before the training', () => {
  assert.deepEqual(tracking('[tensorboard, mlflow, { to: wandb }, trackio]'), [
    'warning BAD_OPTIONS train.track.1: no server of MLflow is named, so it does not get the curve',
    'warning SECRET_MISSING train.track.2: this machine has no login for api.wandb.ai, so W&B does not get the curve',
  ]);
  assert.deepEqual(tracking('trackio', { variables: { TRACKIO_SPACE_ID: 'me/board' } }), [
    'warning SECRET_MISSING train.track: this machine has no login for huggingface.co, so Trackio does not get the curve',
  ]);
});

test('the login must be that of the server', () => {
  const ours = '{ to: wandb, url: "https://wandb.example" }';
  const hosts = new Set(['api.wandb.ai']);
  assert.deepEqual(tracking('wandb', { hosts }), []);
  assert.match(tracking(ours, { hosts })[0]!, /no login for wandb\.example/);
  assert.deepEqual(tracking(ours, { hosts: new Set(['wandb.example']) }), []);
});

for (const [what, track, facts] of [
  ['an address in the document', '{ to: mlflow, url: "http://localhost:5000" }', {}],
  ['an address in the environment', 'mlflow', { variables: { MLFLOW_TRACKING_URI: 'http://localhost:5000' } }],
  ['a stored key', 'wandb', { secrets: new Set(['WANDB_API_KEY']) }],
  ['a mode that sends nothing', 'wandb', { variables: { WANDB_MODE: 'offline' } }],
] as const)
  test(`a tracker is reached: ${what}`, () => {
    assert.deepEqual(tracking(track, facts), []);
  });

test('nothing is told where another machine may train', () => {
  assert.deepEqual(
    findingsIn(
      road({
        train: '{ uses: train, with: { base: ./base, dataset: "${{ steps.data.outputs.dataset }}", track: mlflow } }',
      }),
    ),
    [],
  );
});
