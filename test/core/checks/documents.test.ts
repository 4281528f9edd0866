import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileFacts } from '../../../core/checks/known.ts';
import { findingsIn } from '../../rig/known.ts';

const pipeline = `
name: book
steps:
  first: { uses: run, with: { command: [date] } }
  data: { uses: prepare, needs: first, with: { from: documents, source: ./book, documents: { writer: { model: "w:7b" } } } }
  after: { uses: run, with: { command: [echo, "\${{ text(steps.data.outputs.rows) }}"] } }
`;
const found = (withoutText: FileFacts['withoutText']) =>
  findingsIn(pipeline, {
    files: new Map([['/d/book', { kind: 'folder', size: 0, ...(withoutText ? { withoutText } : {}) }]]),
  });

test('documents that are scans, all of them, are refused before an earlier step has spent time', () => {
  assert.deepEqual(found({ documents: 1, found: [{ name: 'book.pdf', is: 'scan' }] }), [
    'error DOCUMENT_WITHOUT_TEXT data.source: book.pdf holds pictures of pages and no text',
  ]);
});

test('so are those that an evaluation looks things up in', () => {
  const exam = `
name: book
steps:
  ask:
    uses: evaluate
    with: { before: a, after: b, prompts: ./exam.jsonl, arms: { rag: { documents: ./book } } }
`;
  const withoutText = { documents: 1, found: [{ name: 'book.pdf', is: 'scan' }] } as const;
  const file = { kind: 'file', size: 9 } as const;
  const files = new Map<string, FileFacts>([
    ['/d/book', { ...file, withoutText }],
    ['/d/exam.jsonl', file],
  ]);
  assert.deepEqual(findingsIn(exam, { files }), [
    'error DOCUMENT_WITHOUT_TEXT ask.arms.rag.documents: book.pdf holds pictures of pages and no text',
  ]);
});

test('a scan among documents with text is a warning, and text is nothing', () => {
  const two = [
    { name: 'a.pdf', is: 'scan' },
    { name: 'b.txt', is: 'empty' },
  ] as const;
  assert.deepEqual(found({ documents: 3, found: two }), [
    'warning DOCUMENT_WITHOUT_TEXT data.source: a.pdf holds pictures of pages and no text, and so it is with 1 more of 3 documents',
  ]);
  assert.deepEqual(found(undefined), []);
});
