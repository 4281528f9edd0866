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
