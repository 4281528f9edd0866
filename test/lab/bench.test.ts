// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../lab/bench/orchestration/findings.ts';
import { median } from '../../lab/bench/orchestration/median.ts';
import { timeParts } from '../../lab/bench/orchestration/time-parts.ts';
import { cpuTime } from '../../lab/bench/supervision/cpu-time.ts';
import { supervisionCost } from '../../lab/bench/supervision/findings.ts';
import { pairedRatio } from '../../lab/bench/supervision/paired-ratio.ts';

test('the interval of a paired ratio is that of t on its logarithms', () => {
  const { ratio, low, high, pairs } = pairedRatio([
    [11, 10],
    [10, 10],
    [22, 20],
    [21, 20],
  ]);
  // By hand: logs 0.09531, 0, 0.09531, 0.04879; mean 0.05985, deviation 0.04553, t(3) 3.182.
  assert.deepEqual(
    [ratio, low, high].map((value) => value.toFixed(4)),
    ['1.0617', '0.9875', '1.1414'],
  );
  assert.equal(pairs, 4);
});

test('a slowdown of both times of a pair changes nothing', () => {
  const { ratio, low, high } = pairedRatio([
    [10.1, 10],
    [20.2, 20],
    [40.4, 40],
  ]);
  for (const value of [ratio, low, high]) assert.ok(Math.abs(value - 1.01) < 1e-9);
});

test('one pair gives no interval', () => assert.throws(() => pairedRatio([[1, 1]]), /needs two pairs, got 1/));

test('the CPU time of a process grows as it computes', () => {
  const before = cpuTime('self').own;
  const used = () => cpuTime('self').own - before;
  const end = Date.now() + 10_000;
  while (used() < 0.05 && Date.now() < end);
  assert.ok(used() >= 0.05);
});

test('the cost of a run is split into a part per run and a part per second of training', () => {
  const run = (trainerCpu: number, temporal: number) => ({
    ...{ runId: '', step: 0, wall: 0, loop: 0, trainerCpu },
    cpu: { supervisor: 0, temporal, orchestrator: 0, gpu: 0.1 },
  });
  const { once, steady, whole, within_from } = supervisionCost([{ short: run(10, 0.3), supervised: run(110, 0.5) }]);
  assert.deepEqual([once.temporal, once.gpu], [0.3, 0.1]);
  assert.ok(Math.abs(steady.temporal - 0.002) < 1e-12 && steady.gpu === 0);
  assert.ok(Math.abs(whole.temporal - 0.5 / 110) < 1e-12);
  // (0.4 - 0.002 × 10) once and 0.002 a second is 0.5 % at 0.38 / 0.003 seconds.
  assert.ok(Math.abs(within_from - 0.38 / 0.003) < 1e-6);
});

test('a median is the middle value, or the mean of the middle two', () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])], [2, 2.5, 7]);
  assert.throws(() => median([]), /needs at least one value/);
});

test('the time of a run is split between server, workflow tasks and activities', () => {
  const at = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });
  const events = [
    { eventId: 1, eventTime: at(999_990) },
    { eventId: 2, eventTime: at(999_990) },
    { eventId: 3, eventTime: at(999_993) },
    { eventId: 4, eventTime: at(999_998), workflowTaskCompletedEventAttributes: { startedEventId: 3 } },
    { eventId: 5, eventTime: at(999_998) },
    { eventId: 6, eventTime: at(1_000_002) },
    { eventId: 7, eventTime: at(1_000_022), activityTaskCompletedEventAttributes: { startedEventId: 6 } },
    { eventId: 8, eventTime: at(1_000_024) },
  ];
  assert.deepEqual(timeParts(events as never), { activity: 20, workflow_task: 5, server: 9 });
});

test('a ratio is taken within each round, so a slow round affects both sides', () => {
  const parts = { activity: 0, workflow_task: 0, server: 0 };
  const round = (temper: number, byHand: number) => ({
    temper: { seconds: temper, parts },
    byHand: { seconds: byHand, parts },
  });
  const { ratio, temper_ms_per_step } = compare('fan_out', 100, [round(1.1, 1), round(5.5, 5), round(2.2, 2)]);
  assert.ok(Math.abs(ratio - 1.1) < 1e-9);
  assert.equal(temper_ms_per_step, 22);
});
