// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countIncomplete } from '../../../../activities/evaluate/scores/incomplete-answers.ts';
import { byQuestion, meanScores, samplesOf, spreadWithin } from '../../../../activities/evaluate/scores/samples.ts';
import type { Answer } from '../../../../services/ollama/greedy-question.ts';
import { questionFor } from '../../../../services/ollama/greedy-question.ts';

const answer = (text: string, end: Answer['end'] = 'stop'): Answer => ({ text, end, tokens: 3 });

test('the score of a question is the mean over its answers, metric by metric', () => {
  const questions = byQuestion([{ exact: 1, chrf: 0.5 }, { exact: 0, chrf: 0.5 }, { exact: 1 }, { exact: 1 }], 2);
  assert.deepEqual(questions.map(meanScores), [{ exact: 0.5, chrf: 0.5 }, { exact: 1 }]);
});

test('the spread is within the questions, not between them', () => {
  const same = byQuestion([{ exact: 1 }, { exact: 1 }, { exact: 0 }, { exact: 0 }], 2);
  assert.equal(spreadWithin(same, 'exact'), 0);
  assert.equal(spreadWithin(byQuestion([{ exact: 1 }, { exact: 0 }], 2), 'exact'), Math.SQRT1_2);
  assert.equal(spreadWithin(byQuestion([{ exact: 1 }, { exact: 0 }], 1), 'exact'), undefined);
});

test('incomplete answers are counted among all answers to a question', () => {
  const drawn = { ...answer('a'), samples: [answer('b', 'length'), answer('c')] };
  assert.deepEqual(
    samplesOf(drawn).map(({ text }) => text),
    ['a', 'b', 'c'],
  );
  assert.equal(countIncomplete([drawn]).length, 1);
});

test('a drawn answer is not held to the likeliest token, as a greedy one is', () => {
  const optionsAt = (temperature?: number) =>
    questionFor('m', [], { maxTokens: 9, seed: 7, think: false, temperature }, { canThink: false }).options;
  const penalties = { repeat_penalty: 1, presence_penalty: 0, frequency_penalty: 0 };
  assert.deepEqual(optionsAt(0.7), { ...penalties, temperature: 0.7, seed: 7, num_predict: 9 });
  for (const greedy of [optionsAt(), optionsAt(0)])
    assert.deepEqual(greedy, { ...penalties, temperature: 0, top_k: 1, seed: 7, num_predict: 9 });
});
