import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CurveEvent, curvesOf, type Point, splitAtInterruptions, thinned } from '../../../core/report/curves.ts';
import { interrupted, trained } from '../../rig/run-facts.ts';

const started = (step: number): CurveEvent => ({ event: 'started', step, max_steps: 60 });

const cases: readonly [name: string, events: readonly CurveEvent[], interruptions: readonly (readonly number[])[]][] = [
  ['an uninterrupted training has none', trained(0, 60), []],
  ['a killed one went back to its checkpoint', interrupted, [[30, 20]]],
  [
    'a paused one went on where it saved',
    [...trained(0, 30), { event: 'interrupted', step: 30 }, started(30)],
    [[30, 30]],
  ],
  ['one killed before its first checkpoint began again', [...trained(0, 15), ...trained(0, 60)], [[15, 0]]],
  [
    'each attempt counts',
    [...trained(0, 30), ...trained(20, 25), ...trained(20, 60)],
    [
      [30, 20],
      [25, 20],
    ],
  ],
];

for (const [name, events, expected] of cases)
  test(`interruptions: ${name}`, () =>
    assert.deepEqual(
      curvesOf(events)!.interruptions.map(({ reached, resumedFrom }) => [reached, resumedFrom]),
      expected,
    ));

test('a training that has not started has no curves', () => {
  assert.equal(curvesOf([]), undefined);
  assert.deepEqual(curvesOf([started(0)])!.loss, [[]]);
});

test('a loss that is no number leaves a gap and is counted', () => {
  const [start, progress] = trained(0, 5) as [CurveEvent, Extract<CurveEvent, { event: 'progress' }>];
  const curves = curvesOf([start, progress, { ...progress, step: 10, loss: 'nan' }])!;
  assert.deepEqual(curves.unmeasured, [10]);
  assert.deepEqual(
    curves.loss[0]!.map(([step]) => step),
    [5],
  );
  assert.deepEqual(
    curves.learningRate[0]!.map(([step]) => step),
    [5, 10],
  );
});

test('each step counts once, and steps that were trained again are told apart', () => {
  const { loss, interruptions } = curvesOf(interrupted)!;
  const { kept, givenUp } = splitAtInterruptions(loss, interruptions);
  assert.deepEqual(
    kept.map(([step]) => step),
    [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60],
  );
  assert.deepEqual(
    givenUp.map((piece) => piece.map(([step]) => step)),
    [[20, 25, 30]],
  );
});

test('an interruption that goes back behind an earlier one takes its steps too', () => {
  const line: Point[][] = [
    [
      [5, 1],
      [10, 1],
    ],
    [[15, 1]],
    [
      [5, 2],
      [10, 2],
    ],
  ];
  const interruptions = [
    { reached: 10, resumedFrom: 10 },
    { reached: 15, resumedFrom: 0 },
  ];
  assert.deepEqual(splitAtInterruptions(line, interruptions).kept, [
    [5, 2],
    [10, 2],
  ]);
});

test('a long curve gets small and keeps its spike', () => {
  const points = Array.from({ length: 50_000 }, (_, step): Point => [step, step === 31_234 ? 99 : 1]);
  const some = thinned(points);
  assert.ok(some.length <= 600);
  assert.ok(some.some(([, value]) => value === 99));
});
