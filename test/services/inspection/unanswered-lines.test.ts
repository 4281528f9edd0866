// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesWithoutAnswer } from '../../../services/inspection/unanswered-lines.ts';

const turn = { role: 'user', content: 'q' };
const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');

test('a question that certainly has no answer is found by its line', () => {
  const rows = [
    { prompt: 'q', reference: 'a' },
    { prompt: 'q' },
    { instruction: 'q', input: 'i' },
    { messages: [turn] },
  ];
  assert.deepEqual(linesWithoutAnswer(lines(...rows)), [2, 3, 4]);
  assert.deepEqual(linesWithoutAnswer(`\uFEFF${lines({ prompt: 'q' })}\r\n\r\n`), [1]);
});

for (const [what, text] of [
  ['another name for the answer', lines({ query: 'q', response: 'a' }, { question: 'q', answer: 'a' })],
  ['a ShareGPT conversation', lines({ conversations: [{ from: 'human', value: 'q' }] })],
  [
    'the roles human and gpt',
    lines({ messages: [turn, { role: 'gpt', content: 'a' }] }, { messages: [{ from: 'gpt', value: 'a' }] }),
  ],
  ['messages as text', lines({ messages: JSON.stringify([turn]) })],
  ['lists of messages', lines({ prompt: [turn] })],
  ['a JSON array', JSON.stringify([{ prompt: 'q' }], null, 1)],
  ['a JSON array with a row per line', `[\n{"prompt": "q"},\n{"prompt": "q"}\n]`],
  ['a table', 'prompt,completion\nq,a\n'],
  ['a line that cannot be read', `${lines({ prompt: 'q' })}\n{"prompt": `],
] as const) {
  test(`the step decides about ${what}`, () => assert.deepEqual(linesWithoutAnswer(text), []));
}
