// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, road } from '../../rig/known.ts';

const facts = { kind: 'file', size: 7, foreignKeys: ['frage', 'antwort'] } as const;
const told = (options: string) =>
  findingsIn(road({ data: `{ uses: prepare, with: { source: ./rows.jsonl${options} } }` }), {
    files: new Map([['/d/rows.jsonl', facts]]),
  });

test('rows of other keys are told before the run, unless a map says what their keys mean', () => {
  assert.match(told('').join(), /^error BAD_DATA data\.source: .*their keys are frage, antwort/);
  assert.deepEqual(told(', map: { user: frage, assistant: antwort }'), []);
});

test('a file that is mixed in is looked at as the step’s own is, with its own map', () => {
  const mixed = (options: string) =>
    findingsIn(
      road({
        data: `{ uses: prepare, with: { source: ./own.jsonl, mix: { more: { source: ./rows.jsonl${options} } } } }`,
      }),
      { files: new Map([['/d/rows.jsonl', facts]]) },
    );
  assert.match(mixed('').join(), /^error BAD_DATA data\.mix\.more\.source: .*their keys are frage, antwort/);
  assert.deepEqual(mixed(', map: { user: frage, assistant: antwort }'), []);
});

test('an exam whose questions are rows of a mixed file is told before the training', () => {
  const lines = { kind: 'file', size: 7, lines: ['a', 'b'] } as const;
  const data = '{ uses: prepare, with: { source: ./own.jsonl, mix: { more: { source: ./rows.jsonl } } } }';
  const files = new Map([
    ['/d/rows.jsonl', lines],
    ['/d/exam.jsonl', lines],
  ]);
  assert.match(
    findingsIn(road({ data }), { files }).join(),
    /TRAINING_ROWS_IN_QUESTIONS verdict\.prompts: .*rows\.jsonl/,
  );
});
