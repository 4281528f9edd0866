import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choice, shuffled, tallyOf } from '../../../core/comparison/choices.ts';

const choice = (digests: readonly string[], chosen: string | null): Choice => ({
  at: '2026-03-01T00:00:00Z',
  question: 'Who are you?',
  models: digests.map((digest) => ({ name: `${digest}:latest`, digest })),
  chosen,
});

test('choices between the same models count, in whatever order they stood', () => {
  const choices = [choice(['a', 'b'], 'a'), choice(['b', 'a'], 'a'), choice(['b', 'a'], 'b'), choice(['a', 'b'], null)];
  assert.deepEqual(tallyOf(choices, ['b', 'a']), { wins: [1, 2], ties: 1 });
});

test('choices in which another model took part do not', () => {
  assert.deepEqual(tallyOf([choice(['a', 'b', 'c'], 'a'), choice(['a', 'c'], 'a')], ['a', 'b']), {
    wins: [0, 0],
    ties: 0,
  });
});

test('every order is as likely as another', () => {
  const orders = new Set([0, 0.5, 0.9].map((value) => shuffled(['a', 'b', 'c'], () => value).join('')));
  assert.deepEqual([...orders].sort(), ['abc', 'bca', 'cba']);
});
