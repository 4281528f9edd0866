import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedState } from '../../../core/run/bounded-state.ts';
import type { RunState, StepState } from '../../../core/run/run-state.ts';

const handle = { uri: 'artifact:1', digest: 'sha256:'.padEnd(71, '1'), size: 1, kind: 'files' as const };
const succeeded = { uses: 'run', state: 'succeeded' } as const;
const stateOf = (count: number, step: StepState): RunState => ({
  runId: 'r',
  pipeline: 'p',
  status: 'failed',
  startedAt: 0,
  steps: Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, step])),
});
const size = (state: RunState) => JSON.stringify(state).length;

test('a state that fits stays as it is', () => {
  const state = stateOf(1500, {
    ...succeeded,
    summary: 'x'.repeat(100),
    outputs: { made: handle },
    artifacts: [handle.digest],
  });
  assert.equal(boundedState(state), state);
});

test('1,500 failed steps with long messages are shortened, each with its reason', () => {
  const failure = { code: 'UNKNOWN' as const, message: 'm'.repeat(3000), remedy: 'r'.repeat(300) };
  const state = boundedState(stateOf(1500, { uses: 'run', state: 'failed', failure }));
  assert.ok(size(state) < 1_900_000, `${size(state)}`);
  assert.equal(state.steps.s7?.failure?.message, `${'m'.repeat(200)}…`);
});

test('outputs that are too large together are left out and marked, never cut', () => {
  const outputs = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`o${index}`, handle]));
  const state = boundedState(stateOf(1500, { ...succeeded, outputs, artifacts: [handle.digest] }));
  assert.ok(size(state) < 1_900_000, `${size(state)}`);
  assert.deepEqual([state.steps.s7?.outputs, state.steps.s7?.outputsLeftOut], [undefined, true]);
});
