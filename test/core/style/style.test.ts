// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleOf } from '../../../core/style/style.ts';
import { formatOf, scriptOf } from '../../../core/style/text-form.ts';
import { repeatsItself, wordsOf } from '../../../core/style/words.ts';

for (const [text, format] of [
  ['White.', 'line'],
  ['散斑是乘性噪声。', 'line'],
  ['One.\n\nTwo.', 'paragraphs'],
  ['Here:\n- a\n- b', 'list'],
  ['1. a\n2. b\n', 'list'],
  ['一、相干\n二、多视', 'list'],
  ['1、相干\n2、多视', 'list'],
  ['-5 degrees\nand so on', 'paragraphs'],
  ['{"a": 1}', 'json'],
  ['[1, 2]', 'json'],
  ['[1, 2', 'line'],
  ['42', 'line'],
  ['Run:\n```sh\nls\n```', 'code'],
  ['| a | b |\n|---|---|\n| 1 | 2 |', 'table'],
] as const)
  test(`${JSON.stringify(text)} is laid out as ${format}`, () => assert.equal(formatOf(text), format));

for (const [text, script] of [
  ['White', 'latin'],
  ['散斑噪声', 'han'],
  ['用 SAR 与 InSAR 观测', 'han'],
  ['SAR（合成孔径雷达）is short for synthetic aperture radar', 'latin'],
  ['これは漢字です', 'kana'],
  ['Белый', 'cyrillic'],
  ['42 %', undefined],
  ['ກຂ', 'other'],
] as const)
  test(`${JSON.stringify(text)} is written in ${script ?? 'no script'}`, () => assert.equal(scriptOf(text), script));

for (const [text, isLoop] of [
  ['It is white and cold and soft and bright, and it falls in winter on all the hills.', false],
  [`It is ${'very '.repeat(20)}cold.`, true],
  [`So: ${'the snow is white and '.repeat(4)}so on`, true],
  [`So: ${'the snow is white and '.repeat(3)}so on`, false],
  ['噪声'.repeat(12), true],
  ['斑点噪声影响图像质量，多视处理可以抑制斑点噪声。', false],
  ['no no no no', false],
  [Array.from({ length: 40 }, (_, at) => `${at}. item`).join('\n'), false],
] as const)
  test(`${JSON.stringify(text.slice(0, 40))} ${isLoop ? 'repeats itself' : 'does not repeat itself'}`, () =>
    assert.equal(repeatsItself(wordsOf(text)), isLoop));

test('the style of answers is their medians and shares, without answers that have no text', () => {
  const references = ['- a\n- b'];
  const answers = [
    { text: '- 甲\n- 乙', tokens: 4, references },
    { text: 'long and plain', tokens: 6, references },
    { text: ' ', tokens: 0, references },
    { text: '- x\n- y', tokens: 5, isLoop: true, references: ['White.', ...references] },
  ];
  assert.deepEqual(styleOf(answers), {
    answers: 3,
    characters: 7,
    tokens: 5,
    distinct: 1,
    format: 2 / 3,
    script: 2 / 3,
    loops: 1 / 3,
  });
  assert.equal(styleOf([{ text: '', references }]), undefined);
});

test('answers that are all alike have few different pairs of words', () => {
  const distinct = (...texts: string[]) => styleOf(texts.map((text) => ({ text, references: [] })))!.distinct;
  assert.equal(distinct('the snow is white', 'the snow is white'), 0.5);
  assert.equal(distinct('雷达 图像', '雷达 图像', '雷达 图像', '雷达 图像'), 0.25);
});
