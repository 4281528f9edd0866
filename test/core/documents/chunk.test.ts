import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '../../../core/documents/block.ts';
import { chunkDocument, tokensOf } from '../../../core/documents/chunk.ts';

const heading = (level: number, text: string, page = 1): Block => ({
  kind: 'heading',
  text,
  level,
  page,
  last_page: page,
});
const block = (text: string, page = 1, kind: Block['kind'] = 'text'): Block => ({
  kind,
  text,
  level: null,
  page,
  last_page: page,
});
const sentence = (n: number) => `第${n}句说明斑点噪声是一种乘性噪声，它来自相干成像。`;
const long = (from: number, count: number) => Array.from({ length: count }, (_, n) => sentence(from + n)).join('');
const usual = { maxTokens: 200, minTokens: 30, leaveOut: ['参考文献', 'References'] };
const chunksOf = (blocks: readonly Block[], over: Partial<typeof usual> = {}) =>
  chunkDocument('thesis.pdf', blocks, { ...usual, ...over });

const thesis = [
  heading(1, '第一章 绪论'),
  heading(2, '1.1 背景'),
  block(long(0, 4)),
  block(long(4, 4), 2),
  block(long(8, 5), 2),
  heading(2, '1.2 问题', 3),
  block(long(20, 5), 3),
  heading(1, '第二章 方法', 4),
  block(long(30, 5), 4),
  heading(1, '参考文献', 9),
  block('[1] 某某. 斑点噪声研究. 2019.', 9),
  heading(2, '更多文献', 9),
  block('[2] 某某. 滤波. 2020.', 9),
];

test('chunks follow the headings, with their path and their pages', () => {
  const { chunks } = chunksOf(thesis);
  assert.deepEqual(
    chunks.map(({ headings, pages }) => [headings.join('/'), pages]),
    [
      ['第一章 绪论/1.1 背景', [1, 2]],
      ['第一章 绪论/1.1 背景', [2, 2]],
      ['第一章 绪论/1.2 问题', [3, 3]],
      ['第二章 方法', [4, 4]],
    ],
  );
});

test('no sentence is lost and none stands in two chunks', () => {
  const { chunks } = chunksOf(thesis);
  const text = chunks.map((chunk) => chunk.text).join('\n');
  for (const n of [...Array(13).keys(), 20, 24, 30, 34]) assert.equal(text.split(sentence(n)).length, 2, sentence(n));
});

test('a section that teaches nothing is left out with its subsections, and told', () => {
  const { chunks, leftOut, characters } = chunksOf(thesis);
  assert.deepEqual(leftOut, ['参考文献']);
  assert.ok(chunks.every(({ text }) => !/\[\d\]/.test(text)));
  assert.equal(characters.leftOut, thesis[10]!.text.length + thesis[12]!.text.length);
});

for (const title of ['参考文献', '六、参考文献', '第六章 参考 文献', '6 References', 'REFERENCES'])
  test(`"${title}" is the heading of a list of references`, () => {
    assert.equal(chunksOf([heading(1, title), block(long(0, 3))]).chunks.length, 0);
  });

test('an edit of one chapter leaves the chunks of the others as they were', () => {
  const edited = thesis.map((each) => (each.text.startsWith(sentence(20)) ? { ...each, text: long(70, 9) } : each));
  const textsOf = (blocks: readonly Block[]) => chunksOf(blocks).chunks.map(({ text }) => text);
  const before = new Set(textsOf(thesis));
  assert.deepEqual(
    textsOf(edited).filter((text) => !before.has(text)),
    [long(70, 9)],
  );
});

test('a short section is read together with the next one of its chapter, and never with another chapter', () => {
  const { chunks } = chunksOf([
    heading(1, 'A'),
    heading(2, 'A.1'),
    block('短。'),
    heading(2, 'A.2'),
    block(long(0, 3)),
    heading(2, 'A.3'),
    block('也短。'),
    heading(1, 'B'),
    block(long(9, 3)),
  ]);
  assert.deepEqual(
    chunks.map(({ headings }) => headings),
    [['A'], ['A', 'A.3'], ['B']],
  );
  assert.match(chunks[0]!.text, /^A\.1\n\n短。\n\nA\.2\n\n第0句/);
});

test('a paragraph that is too long is parted after a sentence', () => {
  const { chunks } = chunksOf([heading(1, 'A'), block(long(0, 50))]);
  assert.ok(chunks.length > 3);
  assert.ok(chunks.every(({ text }) => tokensOf(text) <= usual.maxTokens && text.endsWith('。')));
  assert.equal(chunks.map(({ text }) => text).join(''), long(0, 50));
});

test('each part of a long table has its head', () => {
  const rows = Array.from({ length: 120 }, (_, n) => `| 方法${n} | ${n}.5 |`);
  const { chunks } = chunksOf([block(['| 方法 | 精度 |', '| --- | --- |', ...rows].join('\n'), 1, 'table')]);
  assert.ok(chunks.length > 2);
  assert.ok(chunks.every(({ text }) => text.startsWith('| 方法 | 精度 |\n| --- | --- |\n')));
  for (const row of rows) assert.equal(chunks.filter(({ text }) => text.split('\n').includes(row)).length, 1, row);
});

test('a text without any end of a sentence is parted all the same', () => {
  const { chunks } = chunksOf([block('x'.repeat(5_000)), block('噪'.repeat(2_000))]);
  assert.ok(chunks.every(({ text }) => tokensOf(text) <= usual.maxTokens));
  assert.equal(
    chunks.reduce((sum, { text }) => sum + text.length, 0),
    7_000,
  );
});

test('the place of a chunk is that of its text in the document', () => {
  const whole = thesis.map(({ text }) => `${text}\n\n`).join('');
  for (const { text, start, end } of chunksOf(thesis, { minTokens: 0 }).chunks)
    assert.equal(whole.slice(start, end), text);
});
