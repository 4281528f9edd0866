// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probe } from '../../../activities/import/proof/probe.ts';
import { refuteChat } from '../../../activities/import/proof/prove-chat.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';

const chat = { id: 'plain', messages: [], prompt: '', ids: [], count: 12 };
const probe: Probe = { chats: [chat], leftOut: [], stops: [], goTemplate: null, goTemplateProblem: null };
const answers = (prompt_eval_count?: number) =>
  ({ chat: async () => ({ prompt_eval_count }) }) as unknown as OllamaServer;
const asked = async (count?: number) => await refuteChat(answers(count), 'm', probe, new AbortController().signal);

test('a server that adds a second BOS to chats alone is refuted', async () => {
  const proof = await asked(13);
  assert.equal(proof?.ok, false);
  assert.match(proof!.detail, /"plain" has 12 tokens in training, but Ollama's runner reads 13\. .* a second BOS/);
});

test('the tokens of the training, fewer that were in memory, and no count at all are no reason', async () => {
  assert.deepEqual([await asked(12), await asked(3), await asked()], [undefined, undefined, undefined]);
});
