// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRight, readGeneralQuestions } from '../../../../activities/evaluate/general/general-questions.ts';
import { lastQuestion } from '../../../../activities/evaluate/questions/questions.ts';

const all = await readGeneralQuestions();

test('there are a hundred general questions, half of them Chinese, each asked once', () => {
  assert.equal(all.length, 100);
  assert.equal(all.filter((each) => /\p{Script=Han}/u.test(lastQuestion(each))).length, 50);
  assert.equal(new Set(all.map(lastQuestion)).size, 100);
});

test('a reference answers its own question, and an empty answer or the question itself does not', () => {
  for (const question of all) {
    for (const reference of [question.reference].flat())
      assert.ok(isRight(`${reference}.`, question), lastQuestion(question));
    assert.ok(!isRight('', question), lastQuestion(question));
  }
});

for (const [answer, reference, right] of [
  ['The answer is 7.', '7', true],
  ['The answer is 17.', '7', false],
  ['PARIS, of course', 'Paris', true],
  ['Parisian', 'Paris', false],
  ['答案是 7。', ['7', '七'], true],
  ['是七天', ['7', '七'], true],
  ['Ｈ２Ｏ', 'H2O', true],
  ['I’m sorry, I can’t help', ['can’t'], true],
] as const)
  test(`${answer} is ${right ? 'right' : 'wrong'} for ${[reference].flat().join(' or ')}`, () =>
    assert.equal(isRight(answer, { reference: [reference].flat() as string[] }), right));

test('capitals count only where the question asks for them', () => {
  assert.ok(!isRight('hello', { reference: 'HELLO', cased: true }));
  assert.ok(isRight('hello', { reference: 'HELLO' }));
});
