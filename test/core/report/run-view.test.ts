import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Headline } from '../../../core/report/headline.ts';
import { type RunFacts, viewOf } from '../../../core/report/run-view.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import { asked, began, type Changed, examReport, handle, measured, row, runFacts } from '../../rig/run-facts.ts';

const failure = { code: 'OUT_OF_MEMORY', message: 'no memory left', remedy: 'Halve batch_size.' } as const;
const { steps } = runFacts().state;
const without = (...ids: string[]) => Object.fromEntries(Object.entries(steps).filter(([id]) => !ids.includes(id)));
const none = { metric: 'none', verdict: '3 questions answered by both models, without a score' };
const forgetful = {
  gains: { before: { mean: 0.69, low: 0.5, high: 0.9, sign: 'higher' } },
  general: {
    ...{ questions: 40, before: 1, after: 0.1, tooMuch: true },
    gain: { mean: -0.9, low: -1, high: -0.8, sign: 'lower' },
  },
} as const;

const headlines: readonly [name: string, change: Changed, expected: Headline][] = [
  [
    'a better model that is served',
    {},
    { code: 'better', facts: { score: 0.81, baseline: 0.12, metric: 'chrf', served: 'parrot:latest' } },
  ],
  [
    'a model that is not better',
    { state: { steps: { ...without('serve'), verdict: { ...steps.verdict!, outputs: { better: false } } as never } } },
    { code: 'not_better', facts: { score: 0.81, baseline: 0.12, metric: 'chrf' } },
  ],
  [
    'a model that scores higher and has forgotten too much',
    {
      state: { steps: { ...without('serve'), verdict: { ...steps.verdict!, outputs: { better: false } } as never } },
      exams: { verdict: { ...examReport(asked), ...forgetful } },
    },
    { code: 'forgot', facts: { score: 0.81, baseline: 0.12, gain: [0.5, 0.9], metric: 'chrf' } },
  ],
  [
    'an exam without a metric',
    { state: { steps: without('serve') }, exams: { verdict: { ...examReport(asked), ...none } } },
    { code: 'answered', facts: { questions: 3 } },
  ],
  [
    'a run without an evaluation',
    { state: { steps: without('verdict', 'serve') }, exams: {} },
    { code: 'no_exam', facts: {} },
  ],
  [
    'a failed run, even after its evaluation',
    { state: { status: 'failed', steps: { ...steps, serve: { uses: 'promote', state: 'failed', failure } } } },
    { code: 'failed', facts: { steps: ['serve'] } },
  ],
  [
    'a run that could not start',
    { state: { status: 'failed', steps: {}, failure }, exams: {} },
    { code: 'failed', facts: { steps: [] } },
  ],
  [
    'a run that waits for a person',
    {
      state: {
        status: 'running',
        steps: {
          ...without('serve'),
          ask: {
            uses: 'approve',
            state: 'waiting',
            waitsFor: { words: ['approve'], about: 'Serve it?', type: [], since: 0 },
          },
        },
      },
    },
    { code: 'waits', facts: { steps: ['ask'] } },
  ],
  [
    'a run under way',
    { state: { status: 'running', steps: { train: { uses: 'train', state: 'running' } } }, exams: {} },
    { code: 'running', facts: { running: ['train'] } },
  ],
  ['a paused run', { state: { status: 'paused' } }, { code: 'paused', facts: { running: [] } }],
];

for (const [name, change, expected] of headlines)
  test(`the first thing said of ${name}`, () => assert.deepEqual(viewOf(runFacts(change)).headline, expected));

test('each question says whether its answer has become better', () => {
  const [exam] = viewOf(runFacts()).exams;
  assert.deepEqual(
    exam!.questions.map(({ change }) => change),
    ['better', 'better', 'worse'],
  );
  assert.deepEqual(exam!.changes, { better: 2, equal: 0, worse: 1 });
});

test('an answer without a known score is neither better nor worse', () => {
  const report = examReport(asked);
  const { scores: _, ...open } = report.questions[0]!.before;
  const view = viewOf(
    runFacts({ exams: { verdict: { ...report, questions: [{ ...report.questions[0]!, before: open }] } } }),
  );
  assert.equal(view.exams[0]!.questions[0]!.change, undefined);
  assert.deepEqual(view.exams[0]!.changes, { better: 0, equal: 0, worse: 0 });
});

test('attempts that came to nothing are part of the price', () => {
  const { cost } = viewOf(runFacts());
  assert.deepEqual(
    [cost.deviceMs, cost.wastedMs, cost.attempts, cost.stepsTrainedAgain, cost.trainedTokens],
    [78_000, 31_000, 2, 10, 48_000],
  );
});

test('work that another run has done costs this one nothing', () => {
  const train = { ...steps.train!, state: 'reused', reusedFrom: 'earlier' } as RunState['steps'][string];
  const { cost, trainings } = viewOf(
    runFacts({
      state: { steps: { ...steps, train } },
      ledgers: {},
      trainings: { train: { ...runFacts().trainings.train!, run: 'earlier' } },
    }),
  );
  assert.deepEqual([cost.deviceMs, cost.trainedTokens, cost.peakMemoryBytes], [0, undefined, undefined]);
  assert.equal(trainings[0]!.reusedFrom, 'earlier');
});

test('a model under two names is one artifact', () => {
  assert.equal(viewOf(runFacts()).cost.artifactBytes, 4 * handle('model', 'x').size);
});

test('a step under way lasts until now', () => {
  const state = { status: 'running', steps: { train: { uses: 'train', state: 'running', startedAt: began } } } as const;
  const { endedAt: _, ...facts } = runFacts({ state }).state;
  const { timeline } = viewOf({ ...runFacts(), state: facts, ledgers: {} } as RunFacts);
  assert.equal(timeline.steps[0]!.to, began + 200_000);
  assert.equal(timeline.to, began + 200_000);
});

test('the address of a webhook is in no report', () => {
  const facts = runFacts();
  const text = 'on_failure: { webhook: "https://hooks.example/T0/secret" }\n';
  const view = viewOf({ ...facts, plan: { ...facts.plan!, document: { path: 'a.yaml', text } } });
  assert.equal(view.configuration!.text, 'on_failure: { webhook: "(hidden)" }\n');
});

test('a command can be pasted into a shell', () => {
  assert.deepEqual(viewOf(runFacts()).commands, [
    'npx temper rerun parrot-20260301-020000-abcd',
    "npx temper run /work/parrot.yaml --input 'data=./my rows.jsonl' --no-reuse",
  ]);
});

test('a run whose folder is gone is still told', () => {
  const view = viewOf(
    runFacts({ plan: undefined, pins: undefined, ledgers: {}, trainings: {}, datasets: {}, models: [] }),
  );
  assert.equal(view.configuration, undefined);
  assert.deepEqual(view.commands, []);
  assert.equal(view.timeline.steps.length, 5);
});

test('rows are measured in characters, of any script', () => {
  const rows = measured([row('你好', '𠮷'), row('a', 'bbbb'), row('x', '𠮷')])!;
  assert.deepEqual(
    rows.shortest.map(({ length, line }) => [length, line]),
    [
      [2, 3],
      [3, 1],
      [5, 2],
    ],
  );
  assert.equal(rows.repeatedAnswers, 1);
});

test('of many rows, ten at each end are kept', () => {
  const rows = measured(Array.from({ length: 500 }, (_, index) => row('q', 'a'.repeat((index * 37) % 500))))!;
  assert.deepEqual(
    rows.shortest.map(({ length }) => length),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.deepEqual(
    rows.longest.map(({ length }) => length),
    [500, 499, 498, 497, 496, 495, 494, 493, 492, 491],
  );
  assert.equal(rows.median, 251);
});
