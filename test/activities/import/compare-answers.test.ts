// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareAnswers, type ServedAnswer } from '../../../activities/import/proof/compare-answers.ts';
import { measureDrift } from '../../../activities/import/proof/measure-drift.ts';
import type { Probe } from '../../../activities/import/proof/probe.ts';
import { proveAnswers } from '../../../activities/import/proof/prove-answers.ts';

const margin = 0.05;

function served(tokens: readonly string[], end: ServedAnswer['end'] = 'cut', text = tokens.join('')): ServedAnswer {
  return { text, end, tokens: tokens.map((each) => ({ text: each, logprob: -0.1, others: { [each]: -0.1 } })) };
}

/** An answer of one-letter words; `ends`: where its tokens end, if they are others. */
const trained = (text: string, margins: readonly number[], ended = false, ends?: readonly (number | null)[]) => ({
  ...{ text, margins, ended },
  ends: ends ?? [...text.matchAll(/ ?[^ ]/g)].map(({ index, 0: word }) => index + word.length),
});

test('equal tokens agree, and those with a large margin are counted', () => {
  const result = compareAnswers(trained('a b c', [0.9, 0.01, 0.8]), served(['a', ' b', ' c']), margin);
  assert.deepEqual(result, { kind: 'agrees', tokens: 3, decisive: 2, ended: false, margin: { trained: 0, served: 0 } });
});

test('another token differs where the margin is large, and is a near tie where it is small', () => {
  assert.equal(compareAnswers(trained('a b', [0.9, 0.5]), served(['a', ' x']), margin).kind, 'differs');
  assert.equal(compareAnswers(trained('a b', [0.9, 0.03]), served(['a', ' x']), margin).kind, 'near tie');
});

/** Ollama's probability of each token, and of the best other one. */
const sure = (tokens: readonly [string, number, number][], text?: string): ServedAnswer => ({
  text: text ?? tokens.map(([each]) => each).join(''),
  end: 'cut',
  tokens: tokens.map(([each, first, second]) => ({
    text: each,
    logprob: Math.log(first),
    others: { [each]: Math.log(first), other: Math.log(second) },
  })),
});

test('a model that is sure of nothing is refuted by the certainty of Ollama', () => {
  const unsure = trained('a b', [0.001, 0.001]);
  const certain = compareAnswers(unsure, sure([['x', 0.8, 0.1]]), margin);
  assert.equal(certain.kind, 'differs');
  const chats = [{ id: 'greeting', messages: [], prompt: '', ids: [], count: 0, answer: unsure }];
  const probe: Probe = { chats, leftOut: [], stops: [], goTemplate: null, goTemplateProblem: null };
  const { greedy } = proveAnswers(probe, [sure([['x', 0.8, 0.1]])], margin);
  assert.equal(greedy.ok, false);
  assert.match(greedy.detail, /differ at token 1, where Ollama's first choice is 70 % ahead of its second/);
});

test('a difference is a near tie where neither side is sure', () => {
  const served = sure([
    ['a', 0.9, 0.01],
    ['x', 0.42, 0.4],
  ]);
  assert.equal(compareAnswers(trained('a b', [0.9, 0.03]), served, margin).kind, 'near tie');
});

test('the sure first part of a character makes no difference in its later part a sure one', () => {
  const pieces = sure(
    [
      ['\uFFFD', 0.9, 0.01],
      ['\uFFFD', 0.42, 0.4],
    ],
    '声',
  );
  assert.equal(compareAnswers(trained('达', [0.9, 0.03], false, [null, 1]), pieces, margin).kind, 'near tie');
});

test('an answer that ends on both sides at the same token is followed to its end', () => {
  const result = compareAnswers(trained('a b', [0.9, 0.9, 0.9], true), served(['a', ' b'], 'stop'), margin);
  assert.deepEqual([result.kind, result.ended, result.decisive], ['agrees', true, 3]);
});

test('an end that comes too early and a missing end are distinguished', () => {
  assert.equal(compareAnswers(trained('a b', [0.9, 0.9]), served(['a'], 'stop'), margin).kind, 'stopped early');
  const goesOn = compareAnswers(trained('a', [0.9, 0.9], true), served(['a', ' b']), margin);
  assert.deepEqual([goesOn.kind, goesOn.tokens], ['did not stop', 1]);
});

test('an answer that Ollama cut is compared up to the cut', () => {
  const result = compareAnswers(trained('a b c', [0.9, 0.9, 0.9]), served(['a', ' b'], 'cut'), margin);
  assert.deepEqual([result.kind, result.tokens], ['agrees', 2]);
});

test('characters of several tokens are compared when they are complete', () => {
  const pieces = ['雷', '\uFFFD', '\uFFFD', ' x'];
  const margins = [0.9, 0.9, 0.9, 0.9];
  const answer = trained('雷达 x', margins, false, [1, null, 2, 4]);
  const same = compareAnswers(answer, served(pieces, 'cut', '雷达 x'), margin);
  assert.deepEqual([same.kind, same.tokens, same.decisive], ['agrees', 4, 4]);
  const other = compareAnswers(answer, served(pieces, 'cut', '雷声 x'), margin);
  assert.deepEqual([other.kind, other.tokens], ['differs', 1]);
});

test('a character that Ollama tells as one token moves no later token to the margin of another', () => {
  // The trained model is unsure of the last word only, which is the fifth token there and the fourth here.
  const answer = trained('雷达 x y', [0.9, 0.9, 0.9, 0.9, 0.01], false, [1, null, 2, 4, 6]);
  assert.equal(compareAnswers(answer, served(['雷', '达', ' x', ' y'], 'cut'), margin).tokens, 5);
  const other = compareAnswers(answer, served(['雷', '达', ' x', ' z'], 'cut'), margin);
  assert.deepEqual([other.kind, other.tokens, other.margin.trained], ['near tie', 4, 0.01]);
});

test('an answer cut within a character is compared up to it', () => {
  const result = compareAnswers(
    trained('雷\uFFFD', [0.9, 0.9], false, [1, null]),
    served(['雷', '\uFFFD'], 'cut', '雷'),
    margin,
  );
  assert.equal(result.kind, 'agrees');
});

test('drift is the mean change of log-probability up to the first token that differs', () => {
  const tokens = (...list: [string, number][]) =>
    list.map(([text, logprob]) => ({ text, logprob, others: { [text]: logprob, b: -3 } }));
  const parent = { text: 'ab', end: 'cut' as const, tokens: tokens(['a', -0.1], ['b', -0.5], ['c', -0.5]) };
  const quantized = { text: 'ax', end: 'cut' as const, tokens: tokens(['a', -0.3], ['x', -0.2], ['y', -9]) };
  const { drift, tokens: count, agreement } = measureDrift([parent], [quantized]);
  assert.ok(Math.abs(drift - (0.2 + 2.5) / 2) < 1e-9, String(drift));
  assert.deepEqual([count, agreement], [2, 1 / 3]);
  assert.equal(measureDrift([parent], [parent]).drift, 0);
});
