// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probe } from '../../../activities/import/proof/probe.ts';
import { proveTokens } from '../../../activities/import/proof/prove-tokens.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';

const chat = { id: 'question_1', messages: [], prompt: 'café', ids: [7, 8], count: 2 };
const probe: Probe = { chats: [chat], leftOut: [], stops: [], goTemplate: null, goTemplateProblem: null };
const server = (context?: number[]) =>
  ({
    generate: async () => ({ context, prompt_eval_count: 2 }),
    version: async () => '0.33.0',
  }) as unknown as OllamaServer;
const { signal } = new AbortController();
const reformed = { ...probe, reformed: { questions: 2, form: 'NFC' } };
const words = /; 2 questions of the rows compared in the Unicode form of the tokenizer \(NFC\), which is not/;

test('a proof of questions in another Unicode form than the rows says so', async () => {
  const { ok, detail } = await proveTokens(server([7, 8]), 'm', reformed, { signal });
  assert.equal(ok, true);
  assert.match(detail, words);
});

test('a comparison of counts alone says so, too', async () => {
  const { possible, detail } = await proveTokens(server(), 'm', reformed, { signal });
  assert.equal(possible, false);
  assert.match(detail, words);
});

test('a proof of questions as the rows have them says nothing of forms', async () => {
  const { detail } = await proveTokens(server([7, 8]), 'm', probe, { signal });
  assert.doesNotMatch(detail, /Unicode/);
});
