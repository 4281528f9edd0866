import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examChanges } from '../../../core/comparison/exam-changes.ts';
import { rowChanges } from '../../../core/comparison/row-changes.ts';
import { differenceOf, type RunFacts } from '../../../core/comparison/run-difference.ts';
import type { ExamReport } from '../../../core/report/exam.ts';
import type { Plan, PlannedStep } from '../../../core/run/plan.ts';
import type { RunState } from '../../../core/run/run-state.ts';

const step = (id: string, options: object): PlannedStep =>
  ({ id, uses: 'train', with: options, needs: [], retry: { max_attempts: 3 }, reuse: true }) as unknown as PlannedStep;

function facts(
  run: string,
  steps: PlannedStep[],
  more: { state?: object; inputs?: object; pins?: object } = {},
): RunFacts {
  return {
    state: {
      runId: run,
      pipeline: 'p',
      status: 'succeeded',
      startedAt: 0,
      endedAt: 1_000,
      steps: more.state ?? {},
    } as RunState,
    plan: { pipeline: 'p', inputs: more.inputs ?? {}, steps } as unknown as Plan,
    pins: { files: {}, bases: {}, models: {}, ...more.pins },
    rows: {},
    exams: {},
  };
}

test('an option that differs is named by its path, and one that does not is left out', () => {
  const { document } = differenceOf(
    facts('a', [step('train', { epochs: 3, lora: { r: 8, alpha: 16 } })]),
    facts('b', [step('train', { epochs: 3, lora: { r: 16, alpha: 16 } })]),
  );
  assert.deepEqual(document, [{ name: 'train.lora.r', before: '8', after: '16' }]);
});

test('a step that only one run has is one difference, whatever options it has', () => {
  const { document } = differenceOf(
    facts('a', [step('train', { epochs: 3 })]),
    facts('b', [step('train', { epochs: 3 }), step('more', { epochs: 1, seed: 2 })]),
  );
  assert.deepEqual(document, [{ name: 'more', after: 'train' }]);
});

test('inputs, files, bases, models and libraries that have moved are named with both sides', () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const pins = (letter: string) => ({
    files: { '/rows.jsonl': { digest: digest(letter) }, '/same': { digest: digest('0') } },
    bases: { 'org/base': { revision: `rev-${letter}` } },
    models: { 'served:latest': digest(letter) },
    environment: `env-${letter}`,
  });
  const found = differenceOf(
    facts('a', [], { inputs: { data: './a' }, pins: pins('a') }),
    facts('b', [], { inputs: { data: './b' }, pins: pins('b') }),
  );
  assert.deepEqual(
    found.document.map(({ name }) => name),
    ['input.data'],
  );
  assert.deepEqual(
    found.pins.map(({ name, before, after }) => [name, before, after]),
    [
      ['/rows.jsonl', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb'],
      ['org/base', 'rev-a', 'rev-b'],
      ['served:latest', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb'],
      ['training libraries', 'env-a', 'env-b'],
    ],
  );
});

test('numbers that both runs have put out are compared; a reused step took no time', () => {
  const outputs = (loss: number) => ({ loss, steps: 120 });
  const one = { train: { uses: 'train', state: 'succeeded', outputs: outputs(1.5), startedAt: 0, endedAt: 500 } };
  const other = { train: { uses: 'train', state: 'reused', outputs: outputs(1.25), startedAt: 0, endedAt: 5 } };
  const { numbers, times } = differenceOf(facts('a', [], { state: one }), facts('b', [], { state: other }));
  assert.deepEqual(numbers, [{ name: 'train.loss', before: '1.5', after: '1.25' }]);
  assert.deepEqual(times, { train: { before: 500 } });
});

test('rows are compared as a collection: their order does not matter, a repetition does', () => {
  assert.deepEqual(rowChanges(['a', 'b', 'b'], ['b', 'a', 'c']), { before: 3, after: 3, added: ['c'], removed: ['b'] });
});

const report = (metric: string, answers: [question: string, text: string, score?: number][]): ExamReport => {
  const given = ([question, text, score]: (typeof answers)[number]) => {
    const answer = { text, end: 'stop', tokens: 1, ...(score === undefined ? {} : { scores: { [metric]: score } }) };
    return { at: 'e.jsonl:1', question, before: answer, after: answer };
  };
  const model = { name: 'm', digest: 'd', scores: { [metric]: 0.5 } };
  return {
    before: model,
    after: model,
    metric,
    verdict: '',
    options: { max_tokens: 9 },
    questions: answers.map(given),
  };
};

test('each question that both exams ask has a winner, and the others are counted', () => {
  const { wins, onlyBefore, onlyAfter, questions } = examChanges(
    report('chrf', [
      ['one', 'x', 0.2],
      ['two', 'y', 0.9],
      ['three', 'z', 0.4],
      ['gone', '-', 1],
    ]),
    report('chrf', [
      ['two', 'yy', 0.3],
      ['one', 'xx', 0.8],
      ['three', 'z', 0.4],
      ['new', '-', 0],
      ['open', '-'],
    ]),
  );
  assert.deepEqual(wins, { before: 1, after: 1, neither: 1 });
  assert.deepEqual([onlyBefore, onlyAfter], [1, 2]);
  assert.deepEqual(questions.find(({ question }) => question === 'one')!.winner, 'after');
});

test('no winner is named where the scores are of different metrics', () => {
  const { metric, wins, questions } = examChanges(report('chrf', [['q', 'a', 1]]), report('exact', [['q', 'b', 0]]));
  assert.equal(metric, undefined);
  assert.deepEqual(wins, { before: 0, after: 0, neither: 0 });
  assert.deepEqual([questions[0]!.before.text, questions[0]!.after.text], ['a', 'b']);
});
