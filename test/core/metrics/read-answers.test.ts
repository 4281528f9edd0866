// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from '../../../core/metrics/metrics.ts';
import { type AnswerEnd, answerReaders } from '../../../core/metrics/read-answers.ts';

const person = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
};

interface Question {
  references?: string[];
  pattern?: string;
  schema?: Record<string, unknown>;
}
const read = (question: Question, text: string, end: AnswerEnd = 'whole', asked: Metric[] = []) =>
  answerReaders([{ references: [], ...question }], { asked })[0]!(text, end);

for (const [pattern, text, score] of [
  ['^(yes|no)$', ' yes\n', 1],
  ['^(yes|no)$', 'yes, it is', 0],
  ['(?i)beijing|北京', '是北京市。', 1],
  ['\\d{4}年', '在2024年', 1],
  ['^\\p{Han}+[。！]$', '散斑是乘性噪声。', 1],
  ['^\\p{Han}+$', 'speckle 噪声', 0],
  ['(a+)+$', `${'a'.repeat(50_000)}b`, 0],
  ['^(.*a){20}$', 'a'.repeat(5_000), 1],
] as const)
  test(`regex: ${pattern} ${score ? 'is' : 'is not'} in ${JSON.stringify(text.slice(0, 20))}`, () =>
    assert.deepEqual(read({ pattern }, text).each, { regex: score }));

for (const [text, score, isFenced] of [
  ['{"name": "王"}', 1, false],
  [' {"name": "A", "age": 7}\n', 1, false],
  ['{"name": "A", "age": "7"}', 0, false],
  ['{"age": 7}', 0, false],
  ['{"name": "A",}', 0, false],
  ['Here it is: {"name": "A"}', 0, false],
  ['```json\n{"name": "A"}\n```', 0, true],
  ['```\n{"age": 7}\n```', 0, false],
  ['', 0, false],
  ['['.repeat(100_000), 0, false],
] as const)
  test(`json: ${JSON.stringify(text.slice(0, 30))} ${score ? 'fits' : 'does not fit'}`, () => {
    const answer = read({ schema: person }, text);
    assert.deepEqual([answer.each, answer.isFenced], [{ json: score }, isFenced]);
  });

test('json without a schema asks for JSON alone, and is told only where somebody asks for it', () => {
  assert.deepEqual(read({}, '[1]', 'whole', ['json']).each, { json: 1 });
  assert.deepEqual(read({}, '[1]').each, {});
});

test('a pattern and a schema cannot make the evaluation hang', () => {
  const schema = { type: 'array', items: { type: 'string', pattern: '^(x+x+)+y$' } };
  assert.deepEqual(read({ schema }, JSON.stringify(['x'.repeat(50_000)])).each, { json: 0 });
});

test('of several references each number counts', () => {
  const question = { references: ['about 1,200', '1.3千万'] };
  for (const [text, score] of [
    ['It is １，２００.', 1],
    ['13 million', 1],
    ['12', 0],
    ['no idea', 0],
  ] as const)
    assert.deepEqual(read(question, text).each, { number: score });
});

test('numbers are told where all references have one, or where they are asked for', () => {
  const [first, second] = answerReaders([{ references: ['7'] }, { references: ['none'] }], { asked: [] });
  assert.deepEqual([first!('7', 'whole').each, second!('7', 'whole').each], [{}, {}]);
});

for (const [what, question, text, asked, floor, ceiling] of [
  ['a match far from the end stays', { pattern: 'yes' }, 'yes, and', [], { regex: 1 }, { regex: 1 }],
  ['a match at the end may go', { pattern: '^yes$' }, 'yes', [], { regex: 0 }, { regex: 1 }],
  ['a match may come', { pattern: 'yes' }, 'I think', [], { regex: 0 }, { regex: 1 }],
  ['JSON that has begun may be right', {}, '{"a": ', ['json'], { json: 0 }, { json: 1 }],
  ['prose does not become JSON', {}, 'Here is', ['json'], { json: 0 }, { json: 0 }],
  ['another number may be the last', { references: ['7'] }, 'It is 7', [], { number: 0 }, { number: 1 }],
] as const)
  test(`of a cut answer: ${what}`, () => {
    const answer = read(question as Question, text, 'cut', [...asked]);
    assert.deepEqual([answer.floor, answer.ceiling], [floor, ceiling]);
    const unknown = read(question as Question, '', 'none', [...asked]);
    assert.deepEqual(Object.values(unknown.floor), [0]);
    assert.deepEqual(Object.values(unknown.ceiling), [1]);
  });
