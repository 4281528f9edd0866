// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notesOfQuestions } from '../../../activities/evaluate/exam-notes.ts';

const question = (content: string, index: number) => ({
  at: `exam.jsonl:${index + 1}`,
  messages: [{ role: 'user' as const, content }],
  references: ['Aye.'],
});
const notes = (...texts: string[]) => notesOfQuestions(texts.map(question)).slice(1);

test('questions that are not in the composed form are told with their places', () => {
  assert.deepEqual(notes('Où est le café?', 'Où est le thé?'.normalize('NFD')), [
    { code: 'decomposed_questions', facts: { questions: 1, at: ['exam.jsonl:2'] } },
  ]);
  assert.deepEqual(notes('Où est le café?', '什么是斑点？', '👩‍🚀 ﬁ ½'), []);
});
