import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState, StepState } from '../../../core/run/run-state.ts';
import { unchangedSince } from '../../../core/run/unchanged.ts';

const reused = (reusedFrom: string, uses: StepState['uses'] = 'train'): StepState => ({
  uses,
  state: 'reused',
  reusedFrom,
});
const promoted = (changed: boolean): StepState => ({ uses: 'promote', state: 'succeeded', outputs: { changed } });
const acts = (steps: RunState['steps']) => (id: string) => steps[id]?.uses === 'promote';
const newer = (run: string, than: string) => run > than;
const of = (steps: RunState['steps'], status: RunState['status'] = 'succeeded') =>
  unchangedSince({ runId: 'r', pipeline: 'p', status, steps, startedAt: 0 }, acts(steps), newer);

test('a run with only reused steps is unchanged since the newest run that computed one of them', () => {
  assert.equal(of({ data: reused('run-2'), train: reused('run-3'), other: reused('run-1') }), 'run-3');
});

test('a promotion that moved no name and a step with a false condition change nothing', () => {
  assert.equal(of({ train: reused('run-1'), serve: promoted(false) }), 'run-1');
  assert.equal(of({ train: reused('run-1'), serve: { uses: 'promote', state: 'skipped' } }), 'run-1');
});

test('a pipeline that ran as a step has changed nothing if none of its steps has', () => {
  assert.equal(of({ train: reused('run-1'), other: reused('run-2', 'pipeline') }), 'run-2');
  assert.equal(of({ train: reused('run-1'), other: { uses: 'pipeline', state: 'succeeded' } }), undefined);
});

test('a result of a pipeline within a run is named by the outermost run, the newest by the times in the ids', () => {
  const steps = {
    a: reused('nightly-20261122-180000-utc.inner'),
    b: reused('nightly-20261121-190000-a1b2'),
  };
  const state: RunState = { runId: 'r', pipeline: 'p', status: 'succeeded', steps, startedAt: 0 };
  assert.equal(unchangedSince(state, acts(state.steps)), 'nightly-20261122-180000-utc');
});

for (const [what, steps, status] of [
  ['a step was executed', { data: reused('run-1'), tell: { uses: 'run', state: 'succeeded' } }, 'succeeded'],
  ['a tag was moved', { train: reused('run-1'), serve: promoted(true) }, 'succeeded'],
  ['nothing was reused', { serve: promoted(false) }, 'succeeded'],
  ['it failed', { train: reused('run-1') }, 'failed'],
  ['it still runs', { train: reused('run-1') }, 'running'],
] as const)
  test(`a run is not unchanged if ${what}`, () => {
    assert.equal(of(steps as RunState['steps'], status), undefined);
  });
