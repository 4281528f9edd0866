import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countDifferences, markDifferences, type Stretch } from '../../../core/comparison/mark-differences.ts';

/** Writes the marked stretches in brackets. */
const shown = (all: readonly Stretch[]) => all.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('');
const marked = (...answers: string[]) => markDifferences(answers).map(shown);

test('only the words that the other answer does not have are marked', () => {
  assert.deepEqual(marked('The sky is blue today.', 'The sky is green today.'), [
    'The sky is [blue] today.',
    'The sky is [green] today.',
  ]);
});

test('an answer that goes on longer is marked where it does', () => {
  assert.deepEqual(marked('Yes', 'Yes it is so'), ['Yes', 'Yes [it is so]']);
});

test('a text without spaces is compared word by word too', () => {
  assert.deepEqual(marked('我喜欢红色', '我喜欢蓝色'), ['我喜欢[红色]', '我喜欢[蓝色]']);
});

test('other line breaks and spaces are no difference', () => {
  const [one, other] = markDifferences(['one two\n\nthree', ' one  two three ']);
  assert.ok([...one!, ...other!].every(({ differs }) => !differs));
});

test('of three answers the first is marked where one of the others differs', () => {
  assert.deepEqual(marked('a b c', 'a b d', 'a x c'), ['a [b c]', 'a b [d]', 'a [x] c']);
});

test('marks lose no letter, and equal answers have none', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const [first, second] = markDifferences([one, other]);
      assert.equal(first!.map(({ text }) => text).join(''), one.trim());
      assert.equal(second!.map(({ text }) => text).join(''), other.trim());
      assert.ok(markDifferences([one, one]).every((each) => each.every(({ differs }) => !differs)));
    }),
  );
});

test('the count is of words, not of marks', () => {
  const [, other] = markDifferences(['It rains.', 'It rains, and it is cold!']);
  assert.deepEqual(countDifferences(other!), { words: 6, differ: 4 });
});
