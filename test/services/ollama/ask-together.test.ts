import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { askTogether, type Said } from '../../../services/ollama/ask-together.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';

// What a real Ollama does not do on demand: think in a text, and break off in the middle of an answer.
const asking = { maxTokens: 64, seed: 1, think: false };
let http: Server;
let server: OllamaServer;
let requests: Record<string, unknown>[];
let answers: Record<string, (response: ServerResponse) => void>;

before(async () => {
  http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { model: string };
    if (incoming.url === '/api/show') return outgoing.end(JSON.stringify({ capabilities: ['completion'] }));
    requests.push(body);
    return answers[body.model]!(outgoing);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  server = new OllamaServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
after(() => http.close());
beforeEach(() => {
  requests = [];
  answers = {};
});

const says =
  (...parts: string[]) =>
  (response: ServerResponse) => {
    for (const content of parts) response.write(`${JSON.stringify({ message: { role: 'assistant', content } })}\n`);
    const last = { message: { content: '' }, done: true, done_reason: 'stop', eval_count: parts.length };
    response.end(`${JSON.stringify(last)}\n`);
  };
const ask = async (models: string[], onChange?: (said: readonly Said[]) => void) =>
  await askTogether(server, models, 'hello', {
    asking: { ...asking, system: 'be short' },
    signal: new AbortController().signal,
    ...(onChange ? { onChange } : {}),
  });

test('a question is asked as an evaluation asks it, and its answer told while it comes', async () => {
  answers.one = says('good ', 'day');
  const seen: string[] = [];
  const [said] = await ask(['one'], ([each]) => seen.push(`${each!.state}: ${each!.text}`));
  assert.deepEqual(said!.answer, { text: 'good day', end: 'stop', tokens: 2 });
  assert.ok(seen.includes('answering: good '));
  const [{ messages, options, truncate }] = requests as [Record<string, unknown>];
  assert.deepEqual(messages, [
    { role: 'system', content: 'be short' },
    { role: 'user', content: 'hello' },
  ]);
  assert.deepEqual(
    { truncate, options },
    {
      truncate: false,
      options: {
        temperature: 0,
        repeat_penalty: 1,
        top_k: 1,
        presence_penalty: 0,
        frequency_penalty: 0,
        seed: 1,
        num_predict: 64,
      },
    },
  );
});

test('thoughts that stand in the text are told apart from the answer', async () => {
  answers.one = says('<think>it ', 'greets</think>', '\n\nhello');
  const [said] = await ask(['one']);
  assert.deepEqual([said!.text, said!.thoughts, said!.answer!.end], ['hello', 'it greets', 'stop']);
});

test('a model that fails leaves the answer of the other alone', async () => {
  answers.one = says('fine');
  answers.two = (response) => {
    response.write(`${JSON.stringify({ message: { content: 'fi' } })}\n`);
    response.end(`${JSON.stringify({ error: 'the runner has crashed' })}\n`);
  };
  const [one, two] = await ask(['one', 'two']);
  assert.equal(one!.answer!.text, 'fine');
  assert.equal(two!.state, 'failed');
  assert.match(two!.failure!.message, /while asking two: the runner has crashed/);
});

test('a connection that breaks in the middle of an answer is no end of it', async () => {
  answers.one = (response) => {
    response.write(`${JSON.stringify({ message: { content: 'half' } })}\n`, () => response.destroy());
  };
  const [said] = await ask(['one']);
  assert.ok(said!.failure instanceof TemperError);
  assert.equal(said!.failure.code, 'OLLAMA_UNREACHABLE');
  assert.equal(said!.answer, undefined);
});

test('an answer that Ollama itself ended is told as such', async () => {
  answers.one = (response) => response.end(`${JSON.stringify({ message: { content: 'so so so' }, done: false })}\n`);
  const [said] = await ask(['one']);
  assert.equal(said!.answer!.end, 'loop');
});
