import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probe } from '../../../activities/import/proof/probe.ts';
import { proveEffect } from '../../../activities/import/proof/prove-effect.ts';

const tokens = [...'abcdefghijkl'];
const base = tokens.map((_, at) => -2 - (at % 5) / 3);
const trained = base.map((value, at) => value + 1.5 + (at % 3) / 5);
/** Small and without a direction. */
const noise = tokens.map((_, at) => 0.05 * (at % 2 === 0 ? 1 : -1));

/** What is proven of an Ollama that shows this share of the adapter's change, where the adapter itself has this `size`. */
function judge(share: number, size = 1) {
  const full = base.map((value, at) => value + size * (trained[at]! - value));
  const answer = {
    text: tokens.join(''),
    margins: tokens.map(() => 0.9),
    ends: tokens.map((_, at) => at + 1),
    ended: false,
  };
  const chat = { id: 'plain', messages: [], prompt: '', ids: [], count: 0 };
  const probe: Probe = {
    ...{ stops: [], leftOut: [], goTemplate: null, goTemplateProblem: null },
    chats: [{ ...chat, answer: { ...answer, logprobs: full, baseLogprobs: base } }],
  };
  const served = tokens.map((text, at) => {
    const logprob = base[at]! + share * (full[at]! - base[at]!) + noise[at]!;
    return { text, logprob, others: { [text]: logprob } };
  });
  return proveEffect(probe, [{ text: tokens.join(''), tokens: served, end: 'cut' }])!;
}

test('an adapter that Ollama applies whole is proven, and the distance from the trained model is told', () => {
  const { proof, drift } = judge(1);
  assert.equal(proof.ok && proof.possible, true);
  assert.match(
    proof.detail,
    /Ollama shows 1\.0\d ± 0\.0\d of that change, and differs from the trained model by 0\.0500/,
  );
  assert.ok(Math.abs(drift.drift - 0.05) < 1e-9);
  assert.deepEqual([drift.tokens, drift.agreement], [12, 1]);
});

for (const [what, share, words] of [
  ['the base without the adapter', 0, /as the base without the adapter/],
  ['half of the adapter', 0.5, /in part, or at another scale/],
  ['the adapter at twice its scale', 2, /in part, or at another scale/],
] as const)
  test(`${what} is refuted, though every token is the same`, () => {
    const { proof } = judge(share);
    assert.equal(proof.ok, false);
    assert.match(proof.detail, words);
  });

test('an adapter that changes less than rounding does proves nothing, and is not refuted', () => {
  const { proof } = judge(1, 0.05);
  assert.deepEqual([proof.ok, proof.possible], [true, false]);
});

test('answers of a whole model are judged otherwise', () => {
  const answer = { text: 'a', margins: [1], ends: [1], ended: false };
  const chat = { id: 'plain', messages: [], prompt: '', ids: [], count: 0, answer };
  const probe = { stops: [], leftOut: [], goTemplate: null, goTemplateProblem: null, chats: [chat] };
  assert.equal(proveEffect(probe, [{ text: 'a', tokens: [], end: 'cut' }]), undefined);
});
