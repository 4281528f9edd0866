// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probe } from '../../../activities/import/proof/probe.ts';
import { longerThan } from '../../../activities/import/proof/prove-room.ts';

const chat = (id: string, count: number) => ({ id, messages: [], prompt: '', ids: [], count });
const probe: Probe = {
  chats: [chat('plain', 12), chat('system_turns', 130), chat('code', 60)],
  leftOut: [],
  stops: [],
  goTemplate: null,
  goTemplateProblem: null,
};

test('a context that is shorter than a chat is refused with the chat, both numbers and what to set', () => {
  const { ok, detail } = longerThan(64, probe, true)!;
  assert.equal(ok, false);
  assert.match(detail, /the chat "system_turns" has 130 tokens, .* only 64 \(`num_ctx` of the import\)/);
  assert.match(detail, /Set `parameters: \{ num_ctx: 512 \}`/);
});

test("a short default of the server is told as the server's", () => {
  assert.match(longerThan(131, probe, false)!.detail, /Ollama's own default, since the import sets no `num_ctx`/);
});

test('a context that holds every chat and the tokens behind it is no reason', () => {
  assert.equal(longerThan(132, probe, true), undefined);
});
