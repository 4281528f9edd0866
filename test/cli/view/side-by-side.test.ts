// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { printable } from '../../../cli/view/text/printable.ts';
import { sideBySide } from '../../../cli/view/text/side-by-side.ts';

const column = (text: string) => ({ title: ['a model'], text });

test('no line is wider than the terminal, whatever a model says', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '合成孔径雷达（SAR）是一种主动式微波成像传感器',
      '👩‍👩‍👧‍👦👍🏽 mixed 混合 text',
      'x'.repeat(500),
      'a\n\n\tb',
    ),
  );
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 200 }), fc.array(texts, { minLength: 1, maxLength: 4 }), (width, all) => {
      for (const line of sideBySide(
        all.map((text) => column(printable(text))),
        width,
      ))
        assert.ok(stringWidth(line) <= width, `${stringWidth(line)} > ${width}: ${JSON.stringify(line)}`);
    }),
  );
});

test('the bars between columns stand below each other beside wide characters', () => {
  const lines = sideBySide([column('雷达能够全天时、全天候工作，与云雨无关。'.repeat(3)), column('short')], 80);
  const places = lines.map((line) => stringWidth(line.slice(0, line.indexOf('│'))));
  assert.deepEqual([...new Set(places)], [39]);
});

test('a narrow terminal has the answers one below the other', () => {
  const lines = sideBySide([column('one'), column('two')], 40);
  assert.deepEqual(lines, ['a model', 'one', '', 'a model', 'two']);
});

test('four answers stand side by side where each has room', () => {
  const four = ['one', 'two', 'three', 'four'].map(column);
  assert.equal(sideBySide(four, 120).length, 2);
  assert.equal(sideBySide(four, 80).length, 11);
});

test('a line that is broken between two words begins with a word', () => {
  const lines = sideBySide([column(`${'a'.repeat(40)} next`)], 40);
  assert.deepEqual(lines.slice(1), ['a'.repeat(40), 'next']);
});

test('an answer cannot clear the screen, rename the window or go back a line', () => {
  assert.equal(printable('a\u001b[2Jb\u001b]0;title\u0007c\rd\u0008e'), 'abc·d·e');
});
