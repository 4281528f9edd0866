// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dealt, mannerOf } from '../../../../activities/evaluate/scores/dealt-answers.ts';
import type { Scored } from '../../../../activities/evaluate/scores/score-answers.ts';
import type { Answer } from '../../../../services/ollama/greedy-question.ts';

const answers = (...texts: string[]) => texts.map((text): Answer => ({ text, end: 'stop', tokens: 1 }));
/** Scored as `exact` would: 1 where the text is the reference. Of `cut` answers nothing is known. */
function scored(given: readonly Answer[], references: readonly string[]): Scored {
  const exact = given.map(({ text }, at) => ({ exact: Number(text === references[at]) }));
  const bound = (value: number) => given.map(({ end }, at) => (end === 'length' ? { exact: value } : exact[at]!));
  return { each: exact, floor: bound(0), ceiling: bound(1), marks_only: 0, inside_words: 0, fenced: 0 };
}
const mannerIn = (given: readonly Answer[], references: readonly string[]) =>
  mannerOf(
    { before: scored(given, references), after: scored(given, references) },
    Object.fromEntries(Object.entries(dealt(given)).map(([name, each]) => [name, scored(each, references)])),
    'exact',
  );
const eight = ['Fe', 'Au', 'Ag', 'Cu', 'Pb', 'Sn', 'Hg', 'Na'];

test('no answer is dealt to its own question, and each goes to five others', () => {
  const ways = Object.values(dealt(answers(...eight)));
  assert.equal(ways.length, 5);
  for (const way of ways) {
    assert.deepEqual(way.map(({ text }) => text).sort(), eight.toSorted());
    assert.ok(way.every(({ text }, at) => text !== eight[at]));
  }
  assert.deepEqual(Object.keys(dealt(answers('Fe', 'Au'))).length, 1);
  assert.deepEqual(dealt(answers('Fe')), {});
});

test('answers to their own questions lose all when they are dealt to others', () => {
  const manner = mannerIn(answers(...eight), eight)!;
  assert.deepEqual([manner.score, manner.dealt, manner.gain.sign], [1, 0, 'higher']);
});

test('one answer to everything keeps its score, however high that is', () => {
  const most = [...eight.slice(0, 2), ...Array<string>(6).fill('Fe')];
  const manner = mannerIn(answers(...Array<string>(8).fill('Fe')), most)!;
  assert.equal(manner.score, 7 / 8);
  assert.equal(manner.dealt, 7 / 8);
  assert.equal(manner.gain.sign, 'open');
});

test('a cut answer is left out where it is, and where it is dealt to', () => {
  const given = answers(...eight).map((each, at) => (at === 0 ? { ...each, end: 'length' as const } : each));
  assert.equal(mannerIn(given, eight)!.questions, 7);
  assert.equal(mannerIn(given.slice(0, 1), eight), undefined);
});
