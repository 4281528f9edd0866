// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BySide } from '../../../../activities/evaluate/report/report.ts';
import { gainsOf, judgedQuestions, meansOf, worstFor } from '../../../../activities/evaluate/scores/known-scores.ts';
import type { Scored } from '../../../../activities/evaluate/scores/score-answers.ts';
import { type Comparison, describeVerdict, isBetter } from '../../../../activities/evaluate/verdict.ts';
import type { Scores } from '../../../../core/metrics/metrics.ts';
import { readAnswer, withoutThoughts } from '../../../../services/ollama/greedy-question.ts';
import type { Chatted } from '../../../../services/ollama/messages.ts';

const all = (value: number): Scores => ({ chrf: value, rouge_l: value, exact: value, contains: value });
/** A number is the score of a whole answer, a pair the bounds of an incomplete one. */
type Known = number | readonly [number, number];
const side = (...scores: Known[]): Scored => ({
  each: scores.map((score) => all(typeof score === 'number' ? score : score[0])),
  floor: scores.map((score) => all(typeof score === 'number' ? score : score[0])),
  ceiling: scores.map((score) => all(typeof score === 'number' ? score : score[1])),
  marks_only: 0,
  inside_words: 0,
  fenced: 0,
});

const none = { length: 0, context: 0, thinking: 0, prompt: 0, too_long: 0, unread: 0 };
function compare(scored: BySide<Scored>, thinking = 1, over: Partial<Comparison> = {}): Comparison {
  const means = meansOf(scored);
  return {
    metric: 'chrf',
    questions: scored.after.each.length,
    judged: judgedQuestions(scored, 'chrf').length,
    score: means.after.chrf,
    baseline: means.before.chrf,
    minImprovement: 0,
    rule: 'mean',
    incomplete: {
      counts: [{ side: 'before', counts: { ...none, thinking } }],
      maxTokens: 256,
      worst: worstFor(scored, 'chrf'),
    },
    ...over,
  };
}

test('a rival that only thinks has no score, and nothing is better than it', () => {
  const comparison = compare({ after: side(1, 0.8), before: side([0, 1], [0, 1]) }, 2);
  assert.equal(isBetter(comparison), false);
  assert.equal(
    describeVerdict(comparison),
    'after 0.90 chrf, before without a score on 2 questions; incomplete answers could change this (before: 2 empty, still thinking): not better',
  );
});

test('the scores are means over the questions whose scores are known, and incomplete answers that cannot change the verdict do not', () => {
  const scored = { after: side(1, 1, 1, 1), before: side(0, 0.2, 0.1, [0, 1]) };
  const comparison = compare(scored);
  assert.equal(isBetter(comparison), true);
  assert.match(
    describeVerdict(comparison),
    /^after 1\.00 chrf, before 0\.10 \(\+0\.90\) on 3 of 4 questions; .*: better$/,
  );
  assert.equal(isBetter({ ...comparison, minImprovement: 0.7 }), false);
});

test('an incomplete answer of the judged model counts as its worst', () => {
  const comparison = compare({ after: side(0.9, [0, 1]), before: side(0.6, 0.6) });
  assert.equal(isBetter(comparison), false);
  assert.match(
    describeVerdict(comparison),
    /on 1 of 2 questions; incomplete answers could change this .*: not better$/,
  );
});

test('without any whole answer there is no score', () => {
  const comparison = compare({ after: side([0, 1]), before: side([0, 1]) });
  assert.deepEqual([comparison.score, comparison.baseline, isBetter(comparison)], [undefined, undefined, false]);
  assert.match(describeVerdict(comparison), /^no score: no model has a whole answer to 1 question; /);
});

for (const rule of ['mean', 'interval'] as const)
  test(`what is better by its ${rule} with bounds is better whatever the incomplete answers become`, () => {
    const known = fc.double({ min: 0, max: 1, noNaN: true });
    const score = fc.oneof(
      known,
      fc.tuple(known, known).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    );
    const pair = fc.record({ after: score, before: score, at: fc.tuple(known, known) });
    const become = (value: Known, at: number) =>
      typeof value === 'number' ? value : value[0] + at * (value[1] - value[0]);
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), (pairs) => {
        const scored = {
          after: side(...pairs.map(({ after }) => after)),
          before: side(...pairs.map(({ before }) => before)),
        };
        if (!isBetter(compare(scored, 1, { rule, gains: gainsOf(scored, 'chrf') }))) return;
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        const gain =
          sum(pairs.map(({ after, at }) => become(after, at[0]))) -
          sum(pairs.map(({ before, at }) => become(before, at[1])));
        assert.ok(gain > 0);
      }),
    );
  });

const response = (over: object): Chatted =>
  ({
    message: { role: 'assistant', content: 'Iron.' },
    done: true,
    done_reason: 'stop',
    eval_count: 3,
    ...over,
  }) as Chatted;

const loop = (round: string, rounds = 40) => ({
  message: { role: 'assistant', content: `So: ${round.repeat(rounds)}${round.slice(0, 2)}` },
  done_reason: 'length',
});

for (const [what, over, end] of [
  ['an answer that the model ended', {}, 'stop'],
  ['an empty answer that the model ended', { message: { role: 'assistant', content: '' } }, 'stop'],
  ['an answer at the token limit', { done_reason: 'length', eval_count: 16 }, 'length'],
  ['an answer at the end of the context', { done_reason: 'length', eval_count: 9 }, 'context'],
  ['an answer at the token limit that goes round in a loop', { ...loop('什么是斑点噪声？ '), eval_count: 16 }, 'loop'],
  ['an answer at the end of the context, which is another limit', { ...loop('Iron. '), eval_count: 9 }, 'context'],
  [
    'a table with three equal rows at the token limit',
    { ...loop('| iron | 26 | solid |\n', 3), eval_count: 16 },
    'length',
  ],
  ['an answer that Ollama broke off', { done: false, done_reason: undefined }, 'loop'],
  [
    'thinking without an answer',
    { message: { content: '', thinking: 'Let me see' }, done_reason: 'length', eval_count: 16 },
    'thinking',
  ],
  ['thinking that ended without an answer', { message: { content: ' \n', thinking: 'Let me see' } }, 'thinking'],
  ['an answer after thinking', { message: { content: 'Iron.', thinking: 'Let me see' } }, 'stop'],
] as const)
  test(`${what}: ${end}`, () => assert.equal(readAnswer(response(over), 16).end, end));

for (const [text, left, end] of [
  ['<think>\nhm\n</think>\n\nIron.', 'Iron.', 'stop'],
  // The prompt has begun the thoughts.
  ['hm\n</think>\n\nIron.', 'Iron.', 'stop'],
  ['<think>\nhm and', '', 'thinking'],
  ['Iron.', 'Iron.', 'stop'],
] as const)
  test(`of ${JSON.stringify(text)}, ${left === '' ? 'nothing' : left} is the answer`, () => {
    const answer = withoutThoughts({ text, end: 'stop', tokens: 9 });
    assert.deepEqual([answer.text, answer.end], [left, end]);
  });
