// needs: ollama, small model
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChat } from '../../../services/chat/open-chat.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { addGguf } from '../../../services/ollama/add-gguf.ts';
import { ensureSmallModel } from '../../../services/setup/models/small-model.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';

let ollama: TestOllama;
before(async () => {
  ollama = await startOllama();
  await addGguf(ollama.server, 'smollm2:135m', (await ensureSmallModel(cacheDir(), () => {})).path);
});
after(() => ollama?.stop());

const signal = new AbortController().signal;
const where = () => ({ ollama: { serving: ollama.url }, secrets: '/nowhere' });
const both = () => [{ model: 'smollm2:135m' }, { model: 'smollm2:135m', url: `${ollama.url}/v1` }];
const schema = {
  type: 'object',
  properties: { animal: { type: 'string', enum: ['cat', 'dog'] }, why: { type: 'string', maxLength: 60 } },
  required: ['animal', 'why'],
  additionalProperties: false,
};

test('a model answers in the schema that is asked for, by both protocols of a real server', async () => {
  for (const option of both()) {
    const chat = await openChat(option, where());
    await chat.check(signal);
    const messages = [{ role: 'user', content: 'Which animal barks? Answer in JSON with "animal" and "why".' }];
    const answer = await chat.ask({ messages, schema, maxTokens: 96, seed: 1 }, signal);
    assert.equal(answer.end, 'stop', answer.text);
    assert.ok(['cat', 'dog'].includes((answer.value as { animal: string }).animal), answer.text);
    assert.ok(answer.promptTokens > 10 && answer.answerTokens > 5);
    const again = await chat.ask({ messages, schema, maxTokens: 96, seed: 1 }, signal);
    assert.equal(again.text, answer.text, 'it is greedy');
    const cut = await chat.ask({ messages, schema, maxTokens: 3 }, signal);
    assert.deepEqual([cut.end, cut.value], ['length', undefined]);
    await chat.close();
  }
});

test('a prompt beyond the context is not asked, unless more context is', async () => {
  const chat = await openChat({ model: 'smollm2:135m' }, where());
  const messages = [{ role: 'user', content: 'word '.repeat(1100) }];
  assert.equal((await chat.ask({ messages, maxTokens: 4 }, signal)).end, 'prompt');
  assert.equal((await chat.ask({ messages, maxTokens: 4, context: 2048 }, signal)).promptTokens > 1100, true);
});

test('a model that the server lacks is known before the first question', async () => {
  const failures = await Promise.all(
    [{ model: 'nobody' }, { model: 'nobody', url: ollama.url }].map(async (option) => {
      const chat = await openChat(option, where());
      return await chat.check(signal).then(
        () => assert.fail('it did not fail'),
        ({ code, message }: { code: string; message: string }) => [code, message],
      );
    }),
  );
  assert.deepEqual(
    failures.map(([code]) => code),
    ['MODEL_NOT_IN_OLLAMA', 'ENDPOINT_MODEL_UNKNOWN'],
  );
  assert.match(failures[1]![1]!, /has no model nobody; it has smollm2:135m$/);
});
