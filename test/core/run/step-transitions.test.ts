import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepState } from '../../../core/run/run-state.ts';
import { askPerson, begin, block, cancel, fail, hold, skip, succeed } from '../../../core/run/step-transitions.ts';

const because = { code: 'first_run', facts: {} } as const;
const waiting: StepState = { uses: 'run', state: 'waiting', because };
const failure = { code: 'UNKNOWN', message: 'm', remedy: 'r' } as const;
const question = { words: ['retry', 'skip'], about: 'it has failed: m', type: [], since: 5 } as const;

test('a step that is stopped and begins again keeps its first start and why it runs', () => {
  const again = begin(hold(begin(waiting, 10)), 20);
  assert.deepEqual(again, { uses: 'run', state: 'running', because, startedAt: 10 });
});

test('a failure stays while a person is asked and if the run is cancelled meanwhile, but not after an answer', () => {
  const asked = askPerson(begin(waiting, 10), question, failure);
  assert.deepEqual([asked.failure, asked.waitsFor], [failure, question]);
  assert.deepEqual(cancel(asked, 30).failure, failure);
  assert.equal(hold(asked).failure, undefined);
  assert.equal(begin(asked, 30).failure, undefined);
  assert.deepEqual(skip(asked, 30, 'skipped by ann'), {
    uses: 'run',
    state: 'skipped',
    because,
    startedAt: 10,
    summary: 'skipped by ann',
    endedAt: 30,
  });
});

test('the published results of a step stay while it runs again, and the new result replaces them', () => {
  const result = { outputs: { a: 1 }, artifacts: ['sha256:1'], summary: 'done', reusedFrom: 'old' };
  const reused = succeed(waiting, result, 10);
  assert.equal(reused.state, 'reused');
  const running = begin(reused, 20);
  assert.deepEqual([running.outputs, running.artifacts, running.reusedFrom], [{ a: 1 }, ['sha256:1'], undefined]);
  const { reusedFrom: _, ...fresh } = result;
  assert.deepEqual(succeed(running, { ...fresh, outputs: { a: 2 } }, 30), {
    uses: 'run',
    state: 'succeeded',
    because,
    startedAt: 20,
    outputs: { a: 2 },
    artifacts: ['sha256:1'],
    summary: 'done',
    endedAt: 30,
  });
});

test('a failed step keeps the rejection of a person; a blocked one has no facts of its own', () => {
  const answered: StepState = { uses: 'approve', state: 'running', outputs: { approved: false } };
  assert.deepEqual(fail(answered, failure, 30), { ...answered, state: 'failed', failure, endedAt: 30 });
  assert.deepEqual(block(answered, 30), { uses: 'approve', state: 'blocked', endedAt: 30 });
});

test('a step that had ended and is made again starts anew: its time is that of the new work, and never negative', () => {
  const reused = succeed({ uses: 'quantize', state: 'waiting' }, { reusedFrom: 'before', outputs: {} }, 1_000);
  const again = begin(
    { ...reused, madeAgain: [{ for: 'import', because: { code: 'cleared', facts: { by: 'r', on: 'd' } } }] },
    9_000,
  );
  assert.equal(again.startedAt, 9_000);
  assert.equal(again.endedAt, undefined);
  const done = succeed(again, { outputs: {} }, 12_000);
  assert.equal(begin(done, 20_000).startedAt, 20_000);
  // A pause is no end.
  assert.equal(begin(hold(begin({ uses: 'train', state: 'waiting' }, 1_000)), 5_000).startedAt, 1_000);
});
