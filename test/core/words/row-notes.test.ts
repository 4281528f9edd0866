// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowNoteWords } from '../../../core/words/row-notes.ts';

test('a row in another Unicode form has a note that says what Ollama does and what to do', () => {
  const words = rowNoteWords({
    ...{ code: 'unicode_form', rows: 1, where: ['train.jsonl:2'] },
    detail: 'NFC for the user\'s message "café"',
  });
  assert.match(
    words,
    /^the tokenizer puts text of 1 row \(train\.jsonl:2\) into another Unicode form: NFC for the user's/,
  );
  assert.match(words, /Write rows and questions in that form/);
});

test('a note names the number of rows, the first of them, and an example', () => {
  const where = ['train.jsonl:2', 'train.jsonl:3', 'train.jsonl:7', 'train.jsonl:9'];
  assert.equal(
    rowNoteWords({ code: 'dropped', rows: 9, where, detail: 'the system\'s message "Rhyme."' }),
    'the chat template leaves out a message of 9 rows (train.jsonl:2, train.jsonl:3, train.jsonl:7, …): the system\'s message "Rhyme."',
  );
  assert.equal(
    rowNoteWords({ code: 'cut', rows: 1, where: ['train.jsonl:4'], detail: '128' }),
    'the answer of 1 row (train.jsonl:4) is cut at max_length 128: it loses its end, which teaches not to stop. `too_long: drop` or a greater `max_length` avoids that',
  );
  assert.equal(
    rowNoteWords({ code: 'own_system', rows: 40, where: [], detail: '"You are a test model."' }),
    'the chat template adds a system message of its own to 40 rows: "You are a test model."',
  );
});
