// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchIn } from '../../../../activities/evaluate/arms/nearest-rows.ts';

const row = (question: string, answer: string) => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
];
const rows = [
  row('What is the capital of France?', 'Paris.'),
  row('解释 SAR 影像斑点噪声', '相干斑来自相干成像。'),
  row('Which river flows through Paris?', 'The Seine.'),
  row('什么是雷达入射角？', '雷达波束与地表法线之间的夹角。'),
];
const found = (question: string, count: number) =>
  searchIn(rows)
    .nearest(question, count)
    .map(([asked]) => asked!.content);

test('the nearest rows share the words of the question, in questions and answers', () => {
  assert.deepEqual(found('Where does the river Seine flow?', 1), ['Which river flows through Paris?']);
  assert.deepEqual(found('capital of FRANCE', 1), ['What is the capital of France?']);
});

test('a language without spaces is cut into words', () => {
  assert.deepEqual(found('雷达的入射角', 1), ['什么是雷达入射角？']);
  assert.deepEqual(found('斑点噪声从何而来', 1), ['解释 SAR 影像斑点噪声']);
});

test('a question without a word in common finds nothing', () => assert.deepEqual(found('xylophone', 3), []));
