// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedRun } from '../../lab/chaos/batch.ts';
import type { Inflicted } from '../../lab/chaos/inflict-faults.ts';
import { renderBatch, totalsOf } from '../../lab/chaos/report.ts';

const fault = (over: Partial<Inflicted> = {}): Inflicted => ({
  kind: 'save',
  moment: { in: 'save', step: 30, delayMs: 7 },
  pid: 42,
  at: { step: 'train', attempt: 1, phase: 'saving', trainingStep: 30, trained: 30, stretch: 1 },
  lost: 10,
  seconds: 7.25,
  ...over,
});
const run = (over: Partial<ComparedRun> = {}): ComparedRun => ({
  runId: 'chaos-1',
  root: '/home',
  faults: [fault()],
  outcome: {},
  troubles: [],
  differs: [],
  trouble: undefined,
  ...over,
});
const facts = {
  machine: 'a machine',
  date: '2026-01-01 00:00',
  commit: 'abc',
  seed: 7,
  heartbeat: '5s',
  lanes: 1,
  command: 'npm run chaos',
  minutes: 3,
};

test('each fault is a line with its kind, place, result and cost', () => {
  assert.match(
    renderBatch([run()], facts),
    /^\| 1 \| save \| 42 \| train \| saving \| 30 \| yes \| yes \| 10 \| 7\.3 \|$/m,
  );
});

test('a run that differs or did not survive is counted, named and never reported as equal', () => {
  const worker = fault({
    kind: 'worker',
    at: { step: 'model', attempt: 1, phase: 'running', trainingStep: undefined, trained: 0, stretch: 1 },
  });
  const runs = [
    run(),
    run({ differs: ['best.adapter/x'], trouble: 'differs from the undisturbed run in best.adapter/x' }),
    run({ faults: [worker], outcome: undefined, differs: undefined, trouble: 'the run failed' }),
  ];
  const { faults, survived, equal, inTraining, troubles } = totalsOf(runs);
  assert.deepEqual({ faults, survived, equal, inTraining }, { faults: 3, survived: 2, equal: 1, inTraining: 2 });
  assert.equal(troubles.length, 2);
  const page = renderBatch(runs, facts);
  assert.match(page, /3 faults, 2 survived, 1 equal/);
  assert.match(page, /\*\*chaos-1: the run failed\*\*/);
  assert.match(page, /^\| 3 \| worker \| 42 \| model \| running \| – \| \*\*no\*\* \| \*\*no\*\* \|/m);
});
