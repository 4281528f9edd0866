import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countQuestions, rowsTakenOut } from '../../../core/init/exam.ts';

const alone = (rows: number) => ({ rows, candidates: Array<number>(Math.min(50, rows)).fill(1) });

test('the exam is a tenth of the rows, between 8 and 50, and never so many that too few are left to learn', () => {
  const sizes = [1, 2, 4, 8, 20, 30, 100, 300, 20_000];
  assert.deepEqual(
    sizes.map((rows) => countQuestions(alone(rows))),
    [0, 0, 1, 2, 5, 7, 10, 30, 50],
  );
});

test('rows that are nearly the same as a question count as taken out of the training', () => {
  const rows = { rows: 40, candidates: [4, 4, 4, 1, 1] };
  const questions = countQuestions(rows);
  assert.deepEqual([questions, rowsTakenOut(rows, questions)], [2, 8]);
});
