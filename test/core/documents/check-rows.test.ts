import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRows, markRepeated } from '../../../core/documents/check-rows.ts';
import type { Chunk } from '../../../core/documents/chunk.ts';
import type { RowProblem } from '../../../core/documents/row-problem.ts';
import { documentsOption } from '../../../core/kinds/options/documents.ts';

const options = documentsOption.parse({ writer: { model: 'writer' } });
const chunk = (text: string, headings: string[] = []): Chunk => ({
  ...{ source: 'thesis.pdf', headings, text, pages: [1, 1], start: 0, end: text.length },
});
const chinese = chunk(
  '合成孔径雷达影像中的斑点噪声源于相干成像机制，本质上是一种乘性噪声。增强李滤波在均匀区域取局部均值，处理一景影像平均需要101.5秒，共1,208景。',
  ['第二章 斑点噪声的统计模型'],
);
const english = chunk(
  'Speckle is multiplicative noise of coherent imaging. The enhanced Lee filter averages homogeneous areas and keeps edges; one scene takes 101.5 s. See Table 3 for the 1,208 scenes.',
);

const problemsOf = (question: string, answer: string, of = chinese, over = {}): RowProblem['code'][] =>
  checkRows([{ question, answer }], of, { ...options, ...over })[0]!.problems.map(({ code }) => code);

const cases: readonly (readonly [
  name: string,
  of: Chunk,
  question: string,
  answer: string,
  wanted: RowProblem['code'][],
])[] = [
  [
    'in other words, with its figure',
    chinese,
    '斑点噪声是什么样的噪声？',
    '斑点噪声是一种乘性噪声，源于雷达的相干成像机制。',
    [],
  ],
  ['a figure of the text', chinese, '处理一景影像需要多久？', '增强李滤波处理一景影像平均需要101.5秒。', []],
  ['a figure in another form', chinese, '共有多少景影像？', '共1208景影像。', []],
  ['full-width digits', chinese, '处理一景影像需要多久？', '处理一景影像平均需要１０１．５秒。', []],
  ['a term of the heading', chinese, '斑点噪声用什么描述？', '斑点噪声用统计模型描述，是乘性噪声。', []],
  ['numbered points', chinese, '斑点噪声有哪些特点？', '1. 源于相干成像机制；2. 是一种乘性噪声。', []],
  ['another figure', chinese, '处理一景影像需要多久？', '增强李滤波处理一景影像平均需要98秒。', ['strange_number']],
  [
    'what the model knows besides',
    chinese,
    '什么是斑点噪声？',
    '它可以由深度学习卷积网络自动去除，广泛应用于农业估产。',
    ['unsupported'],
  ],
  [
    'a question about the text',
    chinese,
    '本文采用了什么滤波方法处理影像？',
    '增强李滤波在均匀区域取局部均值。',
    ['points_at_text'],
  ],
  ['words that only look like a pointer', chinese, '图像中的噪声源于什么机制？', '斑点噪声源于相干成像机制。', []],
  ['no answer', chinese, '影像的分辨率是多少？', '原文未提及影像的分辨率。', ['no_answer']],
  ['nothing', chinese, '', '斑点噪声', ['empty']],
  ['the question again', chinese, '斑点噪声是一种乘性噪声', '斑点噪声是一种乘性噪声。', ['echo']],
  [
    'English',
    english,
    'What does the enhanced Lee filter do?',
    'It averages homogeneous areas and keeps the edges.',
    [],
  ],
  [
    'another form of a word',
    english,
    'How are homogeneous areas treated?',
    'The enhanced Lee filter is averaging them.',
    [],
  ],
  [
    'English, invented',
    english,
    'What is speckle?',
    'A convolutional network trained on optical photographs removes clouds.',
    ['unsupported'],
  ],
  [
    'English, pointing',
    english,
    'What does the table above show?',
    'The enhanced Lee filter averages homogeneous areas.',
    ['points_at_text'],
  ],
  [
    'English, an invented year',
    english,
    'What is speckle?',
    'Speckle is multiplicative noise of coherent imaging, found in 1976.',
    ['strange_number'],
  ],
];
for (const [name, of, question, answer, wanted] of cases)
  test(`a row with ${name}: ${wanted.join(', ') || 'good'}`, () =>
    assert.deepEqual(problemsOf(question, answer, of), wanted));

test('rows in another language than the document are held to its numbers alone', () => {
  const over = { language: 'English' };
  assert.deepEqual(
    problemsOf('What is speckle?', 'It is multiplicative noise; a scene takes 101.5 s.', chinese, over),
    [],
  );
  assert.deepEqual(problemsOf('What is speckle?', 'It takes 99 s for a scene.', chinese, over), ['strange_number']);
});

const row = (id: string, question: string, problems: RowProblem[] = []) => ({
  ...{ id, question, answer: 'x', support: 1, problems },
});
const codes = (chunks: readonly (readonly { problems: RowProblem[] }[])[]) =>
  chunks.map((rows) => rows.map(({ problems }) => problems[0]?.code ?? 'good'));

test('a question that was asked before is refused, in any part of any document', () => {
  const marked = markRepeated(
    [
      [row('a', '增强李滤波如何处理均匀区域？'), row('b', '增强李滤波如何处理均匀区域')],
      [row('c', '增强李滤波怎么处理边缘像元？'), row('d', '增强李滤波如何处理均匀区域？')],
    ],
    5,
  );
  assert.deepEqual(codes(marked), [
    ['good', 'duplicate'],
    ['good', 'duplicate'],
  ]);
});

test('a refused row does not keep out a good one that asks the same', () => {
  const marked = markRepeated(
    [[row('a', '什么是斑点噪声？', [{ code: 'no_answer', facts: {} }])], [row('b', '什么是斑点噪声？')]],
    5,
  );
  assert.deepEqual(codes(marked), [['no_answer'], ['good']]);
});

test('no part has more rows than asked for, so that a talkative part does not outweigh a chapter', () => {
  const many = ['噪声从何而来？', '滤波窗口多大？', '精度达到多少？', '使用什么卫星？'].map((question, at) =>
    row(String(at), question),
  );
  assert.deepEqual(codes(markRepeated([many], 2)), [['good', 'good', 'too_many', 'too_many']]);
});

test('two questions that differ in a number alone are two questions', () => {
  const rows = [row('a', '第101号试验区有多少景影像？'), row('b', '第102号试验区有多少景影像？')];
  assert.deepEqual(codes(markRepeated([rows], 5)), [['good', 'good']]);
});
