import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPlaces } from '../../../core/documents/row-places.ts';

const rows = [
  { source: 'thesis.pdf', heading: '2 Noise › 2.1 Speckle', pages: [12, 12] as [number, number] },
  { source: 'notes.md', heading: '', pages: null },
  { source: '', heading: '', pages: null },
];
const finding = { code: 'near_duplicate' as const, what: '', issuer: null, role: null, similarity: 0.9 };

test('what is found of rows of documents names document, heading and page; rows of other files stay as they are', () => {
  const found = withPlaces(
    {
      leaks: [{ row: 'own.jsonl:1', question: 'exam.jsonl:3', similarity: 1 }],
      same_answers: [{ row: 'more.jsonl:1', question: 'exam.jsonl:3', similarity: 1 }],
      findings: [
        { ...finding, row: 'own.jsonl:2', like: 'own.jsonl:1' },
        { ...finding, row: 'own.jsonl:3', like: null },
      ],
    },
    { file: 'own.jsonl', rows },
  );
  assert.equal(found.leaks[0]!.row, 'thesis.pdf, 2.1 Speckle, p. 12 [row 1]');
  assert.equal(found.same_answers[0]!.row, 'more.jsonl:1');
  assert.deepEqual(
    found.findings.map(({ row, like }) => [row, like]),
    [
      ['notes.md [row 2]', 'thesis.pdf, 2.1 Speckle, p. 12 [row 1]'],
      // A row that a person added comes from no document.
      ['own.jsonl:3', null],
    ],
  );
});
