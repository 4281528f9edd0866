// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExamFacts } from '../../../core/checks/known.ts';
import { findingsIn, road } from '../../rig/known.ts';

const verdict = (exam: ExamFacts | undefined, options = '') => {
  const steps = {
    verdict: `{ uses: evaluate, with: { before: "a:1", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl${options} } }`,
    serve: '{ uses: approve }',
  };
  const file = { kind: 'file', size: 7, ...(exam ? { exam } : {}) } as const;
  return findingsIn(road(steps), { files: new Map([['/d/exam.jsonl', file]]) });
};

test('an exam that the evaluation could not read is told before the run, with its first reasons', () => {
  const why = ['a', 'b', 'c', 'd'].map((reason, index) => `exam.jsonl:${index + 1}: ${reason}`);
  assert.deepEqual(verdict({ refused: 'BAD_DATA', why }, ', metric: none'), [
    'error BAD_DATA verdict.prompts: the exam /d/exam.jsonl cannot be asked: exam.jsonl:1: a; exam.jsonl:2: b; exam.jsonl:3: c; …',
  ]);
  assert.deepEqual(verdict({ refused: 'NOT_ROWS', why: ['exam.jsonl is an HTML page.'] }), [
    'error NOT_ROWS verdict.prompts: the exam /d/exam.jsonl cannot be asked: exam.jsonl is an HTML page.',
  ]);
});

test('questions without an answer are told where a score needs one', () => {
  const without = (...reference: string[]) => ({ lacking: { reference, pattern: [], number: [] } });
  const two = without('exam.jsonl:2', 'exam.jsonl:3');
  const told = (where: string) => [
    `error NO_REFERENCE verdict.prompts: /d/exam.jsonl has no reference answer in ${where}, so there is no score`,
  ];
  assert.deepEqual(verdict(two), told('lines 2, 3'));
  assert.deepEqual(verdict(two, ', metric: none'), []);
  assert.deepEqual(verdict(two, ', metric: json'), []);
  assert.deepEqual(verdict(without('exam.json:2 [row 0]')), told('line 2'));
  assert.deepEqual(verdict(without('exam.parquet [row 4]')), told('exam.parquet [row 4]'));
  assert.deepEqual(verdict(without()), []);
});

test('what the metrics of a weighted score need is told for each of them', () => {
  const lacking = { reference: [], pattern: ['exam.jsonl:1'], number: ['exam.jsonl:2'] };
  assert.deepEqual(verdict({ lacking }, ', score: { chrf: 1, number: 2, regex: 1 }'), [
    'error NO_REFERENCE verdict.prompts: /d/exam.jsonl has no `pattern` in line 1, so there is no score',
    'error NO_REFERENCE verdict.prompts: /d/exam.jsonl has no number in the reference answer in line 2, so there is no score',
  ]);
  assert.deepEqual(verdict({ lacking }, ', metric: chrf'), []);
});

test('a score that is given twice, and a schema that is none, are told before the run', () => {
  assert.match(verdict(undefined, ', metric: chrf, score: { json: 1 }')[0] ?? '', /BAD_OPTIONS .*`metric`.*`score`/);
  assert.deepEqual(verdict(undefined, ', metric: json, schema: { typ: object }'), [
    'error BAD_OPTIONS verdict.schema: the schema is no JSON Schema: strict mode: unknown keyword: "typ"',
  ]);
});

test('an exam that this machine cannot read is left to the evaluation', () => assert.deepEqual(verdict(undefined), []));

test('lines of an exam among the rows are told, unless the rows are read without those of the exam', () => {
  const file = (lines: string[]) => ({ kind: 'file', size: 7, lines }) as const;
  const files = new Map([
    ['/d/rows.jsonl', file(['a', 'b', 'c'])],
    ['/d/exam.jsonl', file(['a', 'b', 'a', 'b', 'a', 'b'])],
  ]);
  const told = (options: string) =>
    findingsIn(road({ data: `{ uses: prepare, with: { source: ./rows.jsonl${options} } }` }), { files });
  assert.deepEqual(
    told('').map((line) => line.slice(0, 57)),
    ['error TRAINING_ROWS_IN_QUESTIONS verdict.prompts: all que'],
  );
  assert.deepEqual(told(', exclude: ./exam.jsonl'), []);
});

test('an exam on which no model can be proven better is told before the run', () => {
  const told = (questions: number, options = '') => {
    const lines = Array.from({ length: questions }, (_, at) => `question ${at}`);
    const steps = {
      verdict: `{ uses: evaluate, with: { before: "a:1", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl${options} } }`,
      serve: '{ uses: approve }',
    };
    return findingsIn(road(steps), { files: new Map([['/d/exam.jsonl', { kind: 'file', size: 7, lines }]]) });
  };
  assert.deepEqual(told(5), [
    'warning BAD_VALUE verdict.prompts: /d/exam.jsonl has 5 questions; with fewer than 6 no model is proven better, so `better` is always false',
  ]);
  for (const [questions, options] of [
    [6, ''],
    [5, ', better: mean'],
    [5, ', metric: none'],
  ] as const)
    assert.deepEqual(told(questions, options), []);
});

test('own general questions are held to the same: each needs a reference answer', () => {
  const file = (reference: string[]) =>
    ({ kind: 'file', size: 7, exam: { lacking: { reference, pattern: [], number: [] } } }) as const;
  const step = `{ uses: evaluate, with: { before: "a:1", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl, max_forgetting: 0.1, general: ./general.jsonl } }`;
  const files = new Map([
    ['/d/exam.jsonl', file([])],
    ['/d/general.jsonl', file(['general.jsonl:4'])],
  ]);
  assert.deepEqual(findingsIn(road({ verdict: step, serve: '{ uses: approve }' }), { files }), [
    'error NO_REFERENCE verdict.general: /d/general.jsonl has no reference answer in line 4, so there is no score',
  ]);
});
