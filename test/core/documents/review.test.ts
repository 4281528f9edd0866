import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyReview, mergeReview, type ReviewRow, readReview, reviewRow } from '../../../core/documents/review.ts';

const row = (id: string, over: Partial<ReviewRow> = {}): ReviewRow => ({
  ...{ id, decision: null, question: `question ${id}`, answer: `answer ${id}`, source: 'thesis.pdf', heading: '1' },
  ...{ pages: [1, 1], problems: [], support: 1, text: 'the text' },
  ...over,
});
const rows = [row('a'), row('b'), row('c'), row('d', { problems: [{ code: 'no_answer', facts: {} }] })];
const decided = (lines: readonly object[]) => readReview(lines.map((line) => JSON.stringify(line)).join('\n')).rows!;
const ids = (used: readonly ReviewRow[]) => used.map(({ id }) => id);

test('kept rows stay, edited ones are replaced, dropped ones go, and refused ones need a person', () => {
  const review = decided([
    { id: 'a', decision: 'keep', question: 'question a', answer: 'answer a' },
    { id: 'b', decision: 'edit', question: 'question b', answer: 'a better answer' },
    { id: 'c', decision: 'drop', question: 'question c', answer: 'answer c' },
    { id: 'd', decision: 'keep', question: 'question d', answer: 'answer d' },
  ]);
  const { used, counts } = applyReview(rows, review, 'refuse');
  assert.deepEqual(ids(used), ['a', 'b', 'd']);
  assert.equal(used[1]!.answer, 'a better answer');
  assert.deepEqual(counts, { written: 4, refused: 0, kept: 2, edited: 1, dropped: 1, added: 0, undecided: 0, used: 3 });
});

for (const [unreviewed, wanted] of [
  ['keep', ['a', 'b', 'c']],
  ['refuse', ['a', 'b', 'c']],
  ['drop', []],
] as const)
  test(`without a decision and \`unreviewed: ${unreviewed}\`, ${wanted.length} rows are used and three are told as undecided`, () => {
    const { used, counts } = applyReview(rows, [], unreviewed);
    assert.deepEqual(ids(used), wanted);
    assert.deepEqual([counts.undecided, counts.refused], [3, 1]);
  });

test('a changed text is an edit, also if nobody wrote so', () => {
  const review = decided([{ id: 'a', decision: null, question: 'question a', answer: 'corrected' }]);
  const { used, counts } = applyReview(rows, review, 'drop');
  assert.deepEqual([used[0]!.answer, counts.edited], ['corrected', 1]);
});

test('a decision about a row that is not there any more changes nothing', () => {
  const review = decided([{ id: 'z', decision: 'keep', question: 'q', answer: 'a' }]);
  assert.deepEqual(ids(applyReview(rows, review, 'keep').used), ['a', 'b', 'c']);
});

for (const [name, text, line] of [
  ['half a line', '{"id":"a","decision":"keep","question":"q","answer":"a"}\n{"id":"b","dec', 2],
  ['a decision that is none', '\n{"id":"a","decision":"maybe","question":"q","answer":"a"}', 2],
  ['an emptied answer', '{"id":"a","decision":"edit","question":"q","answer":" "}', 1],
] as const)
  test(`${name} is refused with its line: no decision is lost in silence`, () =>
    assert.equal(readReview(text).problem?.line, line));

test('a new file of a run keeps the decisions that were made, and those about rows that are gone', () => {
  const before = [
    JSON.stringify({ ...row('b'), decision: 'edit', answer: 'better' }),
    JSON.stringify({ ...row('gone'), decision: 'drop' }),
    JSON.stringify(row('undecided-and-gone')),
  ];
  const merged = mergeReview(rows, readReview(before.join('\n')).rows!, before).map((line) => JSON.parse(line));
  assert.deepEqual(
    merged.map(({ id, decision, answer }) => [id, decision, answer]),
    [
      ['a', null, 'answer a'],
      ['b', 'edit', 'better'],
      ['c', null, 'answer c'],
      ['d', null, 'answer d'],
      ['gone', 'drop', 'answer gone'],
    ],
  );
});

test('two lines about one row are told, since one of two decisions would be lost', () => {
  const line = (decision: string) => JSON.stringify({ id: 'a', decision, question: 'Why?', answer: 'So.' });
  assert.deepEqual(readReview(`${line('keep')}\n${line('drop')}\n`), {
    problem: { line: 2, why: '`id` is that of line 1; a row has one line' },
  });
});

test('rows of an older temper, whose problems are sentences, are still read and still need a person', () => {
  const read = reviewRow.parse({ ...row('e'), problems: ['not in the text: 7'] });
  assert.equal(applyReview([read], [], 'keep').counts.refused, 1);
});

test('a problem is read with its code and facts', () => {
  const problems = [{ code: 'strange_number' as const, facts: { numbers: ['7'] } }];
  assert.deepEqual(reviewRow.parse(row('f', { problems })).problems, problems);
});

test('a line without an id that says "add" is a row of the person, and stays in the file', () => {
  const own = '{"decision": "add", "question": "Why?", "answer": "Since it is so."}';
  const review = readReview(`${own}\n`).rows!;
  const { used, counts } = applyReview(rows, review, 'drop');
  assert.deepEqual(
    used.map(({ question, answer }) => [question, answer]),
    [['Why?', 'Since it is so.']],
  );
  assert.equal(counts.added, 1);
  assert.equal(mergeReview(rows, review, [own, '']).at(-1), own);
  assert.equal(mergeReview(rows, review, [own, '']).length, rows.length + 1);
  assert.deepEqual(readReview(`${own}\n{"decision": "add", "question": "Why?"}`).problem?.line, 2);
  assert.equal(readReview('{"question": "Why?", "answer": "Since."}').problem?.line, 1);
});
