import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { EndpointChat } from '../../../services/chat/endpoint-chat.ts';
import { readRetryAfter } from '../../../services/chat/retry-later.ts';

// What no real server does on demand: refuse, break off, and want to be asked later.
type Body = Record<string, unknown>;
let http: Server;
let url: string;
let bodies: Body[];
let keys: (string | undefined)[];
let pauses: number[];
/** One for each request for an answer; the last serves all later ones. */
let answers: ((response: ServerResponse, body: Body) => void)[];
let models: string[] | undefined;

before(async () => {
  http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    keys.push(incoming.headers.authorization);
    if (incoming.url === '/v1/models') {
      if (!models) return outgoing.writeHead(404).end();
      return outgoing.end(JSON.stringify({ data: models.map((id) => ({ id })) }));
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
    bodies.push(body);
    return (answers.length > 1 ? answers.shift() : answers[0])!(outgoing, body);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`;
});
after(() => http.close());
beforeEach(() => {
  bodies = [];
  keys = [];
  pauses = [];
  answers = [];
  models = undefined;
});

const says =
  (content: string, more: Body = {}) =>
  (response: ServerResponse) =>
    response.end(
      JSON.stringify({
        choices: [{ message: { content }, finish_reason: 'stop', ...more }],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      }),
    );
const refuses =
  (status: number, error: Body | string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end(typeof error === 'string' ? error : JSON.stringify({ error }));

const key = 'sk-very-secret';
const chat = () =>
  new EndpointChat({
    ...{ url, model: 'clever', name: 'clever at test', key },
    pause: async (ms) => void pauses.push(ms),
  });
const schema = { type: 'object', properties: { verdict: { type: 'string', maxLength: 9 } }, required: ['verdict'] };
const question = { messages: [{ role: 'user', content: 'hello' }], maxTokens: 64 };
const signal = new AbortController().signal;
const ask = async (more: Body = {}) => await chat().ask({ ...question, ...more }, signal);
const failing = async (work: Promise<unknown>): Promise<TemperError> => {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof TemperError, String(error));
  return error;
};

test('an answer comes with its tokens, and the key goes only to the server', async () => {
  answers = [says('hi')];
  const { seconds, ...answer } = await ask({ seed: 7 });
  assert.deepEqual(answer, { text: 'hi', end: 'stop', promptTokens: 3, answerTokens: 2 });
  assert.ok(seconds >= 0);
  assert.deepEqual(bodies, [
    { model: 'clever', messages: question.messages, stream: false, max_tokens: 64, temperature: 0, seed: 7 },
  ]);
  assert.deepEqual(keys, [`Bearer ${key}`]);
});

test('thoughts are no part of an answer, whether it ends or is cut among them', async () => {
  answers = [says('<think>{"verdict":"x"}</think>{"verdict":"y"}'), says('<think>it could')];
  assert.deepEqual((await ask({ schema })).value, { verdict: 'y' });
  const cut = await ask({ schema });
  assert.deepEqual([cut.end, cut.text, cut.value], ['length', '', undefined]);
});

test('an answer that is cut or held back says so, and JSON that is none is no value', async () => {
  answers = [
    says('{"verdict": "fi', { finish_reason: 'length' }),
    says('', { finish_reason: 'content_filter' }),
    says('The first one.'),
  ];
  const ends = [];
  for (let each = 0; each < 3; each++) {
    const { end, value } = await ask({ schema });
    ends.push([end, value]);
  }
  assert.deepEqual(ends, [
    ['length', undefined],
    ['refused', undefined],
    ['stop', undefined],
  ]);
});

test('a server that is busy is asked again, when it wants to be', async () => {
  answers = [
    refuses(429, { message: 'slow down' }, { 'retry-after': '7' }),
    refuses(503, 'no upstream'),
    (response) => response.socket!.destroy(),
    (response) => response.writeHead(200, { 'content-length': '500' }).end('{"choices":['),
    says('at last'),
  ];
  assert.equal((await ask()).text, 'at last');
  assert.deepEqual(pauses, [7000, 2000, 4000, 8000]);
});

test('a server that stays busy, or wants a long pause, leaves the waiting to the step', async () => {
  answers = [refuses(500, { message: 'broken' })];
  const failure = await failing(ask());
  assert.equal(failure.code, 'ENDPOINT_UNREACHABLE');
  assert.match(failure.message, /^clever at test answered 500: broken$/);
  assert.equal(pauses.length, 5);
  pauses = [];
  answers = [refuses(429, { message: 'tomorrow' }, { 'retry-after': '86400' })];
  assert.equal((await failing(ask())).code, 'ENDPOINT_UNREACHABLE');
  assert.deepEqual(pauses, []);
});

test('what no pause can change fails at once, with the words of the server and without the key', async () => {
  for (const [answer, code, words] of [
    [refuses(401, { message: `Incorrect API key: ${key}` }), 'ENDPOINT_KEY_REFUSED', /401: Incorrect API key: \*\*\*$/],
    [refuses(400, { message: 'bad roles' }), 'ENDPOINT_REFUSED', /400: bad roles$/],
    [refuses(402, { message: 'Insufficient Balance' }), 'ENDPOINT_REFUSED', /402: Insufficient Balance$/],
    [refuses(429, { message: 'no quota', code: 'insufficient_quota' }), 'ENDPOINT_REFUSED', /no quota$/],
    [refuses(301, '', { location: 'https://elsewhere.example' }), 'ENDPOINT_REFUSED', /redirects are not followed$/],
    [
      refuses(404, '<html>nothing</html>'),
      'ENDPOINT_REFUSED',
      /has no http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions$/,
    ],
  ] as const) {
    answers = [answer];
    const failure = await failing(ask());
    assert.equal(failure.code, code);
    assert.match(failure.message, words);
  }
  assert.deepEqual(pauses, []);
});

test('a model that the server does not have is told with those that it has', async () => {
  models = ['one', 'two'];
  answers = [refuses(404, { message: 'model "clever" not found' })];
  for (const work of [ask(), chat().check(signal)]) {
    const failure = await failing(work);
    assert.equal(failure.code, 'ENDPOINT_MODEL_UNKNOWN');
    assert.match(failure.message, /^127\.0\.0\.1:\d+ has no model clever; it has one, two$/);
  }
});

test('a check costs no answer where the server lists the model, and a short one where it lists none', async () => {
  models = ['clever'];
  await chat().check(signal);
  assert.equal(bodies.length, 0);
  models = undefined;
  answers = [says('hi')];
  await chat().check(signal);
  assert.equal(bodies.length, 1);
});

test('a refused part of the form is written in another way, and so from then on', async () => {
  answers = [
    refuses(400, { message: 'use max_completion_tokens', param: 'max_tokens', code: 'unsupported_parameter' }),
    refuses(400, { message: 'only the default', param: 'temperature', code: 'unsupported_value' }),
    refuses(400, { message: 'maxLength is not permitted', param: 'response_format' }),
    refuses(400, { message: 'This response_format type is unavailable now' }),
    says('{"verdict":"first"}'),
  ];
  const same = chat();
  assert.deepEqual((await same.ask({ ...question, schema }, signal)).value, { verdict: 'first' });
  const asked = bodies.map(({ response_format }) => JSON.stringify(response_format));
  assert.match(asked[2]!, /"type":"json_schema".*"maxLength":9/);
  assert.match(asked[3]!, /"type":"json_schema".*"verdict":\{"type":"string"\}/);
  const { messages: _, model: __, ...last } = bodies.at(-1)!;
  assert.deepEqual(last, { stream: false, max_completion_tokens: 64, response_format: { type: 'json_object' } });
  await same.ask({ ...question, schema }, signal);
  assert.equal(bodies.length, 6, 'the second question is asked once');
  assert.deepEqual(pauses, []);
});

test('a prompt that is too long is one question without an answer', async () => {
  answers = [refuses(400, { message: 'too long', code: 'context_length_exceeded' })];
  assert.equal((await ask()).end, 'prompt');
});

test('a cancellation stays one, also during a pause', async () => {
  const stop = new AbortController();
  answers = [refuses(429, { message: 'slow down' })];
  const pause = async () => stop.abort(new Error('cancelled'));
  const asked = new EndpointChat({ url, model: 'clever', name: 'clever at test', pause });
  await assert.rejects(asked.ask(question, stop.signal), /^Error: cancelled$/);
});

test('a server says when to ask again by seconds or by a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(readRetryAfter('2.5', now), 2500);
  assert.equal(readRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
  assert.equal(readRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  assert.equal(readRetryAfter('soon', now), undefined);
});
