import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { askQuestions } from '../../../../activities/evaluate/questions/ask-questions.ts';
import { countIncomplete } from '../../../../activities/evaluate/scores/incomplete-answers.ts';
import { TemperError } from '../../../../core/errors/temper-error.ts';
import { incompleteWords } from '../../../../core/words/evaluation-notes.ts';
import { OllamaServer } from '../../../../services/ollama/server.ts';

// The words of Ollama 0.33 for an answer that is no turn of the model's chat template. Which model says one is chance.
const unreadable =
  'llama-server chat error: map[code:500 message:The model produced output that does not match the expected peg-native format type:server_error]';
const failures: Record<string, string> = { odd: unreadable, broken: 'llama runner has terminated' };
/** Characters of a prompt that the server takes. */
const longest = 40;
const tooLong = 'the input (90 tokens) exceeds the available context size (40 tokens), try increasing it';
let prompts: string[] = [];
let http: Server;
let server: OllamaServer;

before(async () => {
  http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages?: { content: string }[] };
    const prompt = messages?.at(-1)?.content ?? '';
    if (prompt.length > longest) return outgoing.writeHead(400).end(JSON.stringify({ error: tooLong }));
    if (messages) prompts.push(prompt);
    const error = failures[prompt];
    if (error) return outgoing.writeHead(500).end(JSON.stringify({ error }));
    const message = { role: 'assistant', content: 'Iron.' };
    return outgoing.end(JSON.stringify({ message, done: true, done_reason: 'stop', eval_count: 3 }));
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  server = new OllamaServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
after(() => http.close());

const ask = async (...questions: string[]) =>
  await askQuestions(
    server,
    'm',
    questions.map((content) => ({ messages: [{ role: 'user', content }], references: ['Iron.'], at: 'exam.jsonl:1' })),
    { maxTokens: 16, seed: 1, think: false, signal: new AbortController().signal, onAnswer: () => {} },
  );

test('an answer that Ollama cannot read is none, and the other questions are asked', async () => {
  const { answers } = await ask('first', 'odd', 'last');
  assert.deepEqual(
    answers.map(({ text, end }) => [text, end]),
    [
      ['Iron.', 'stop'],
      ['', 'unread'],
      ['Iron.', 'stop'],
    ],
  );
  assert.equal(incompleteWords(countIncomplete(answers), 16), '1 that Ollama could not read');
});

test('any other failure of Ollama fails the evaluation, which is then tried again', async () => {
  await assert.rejects(
    ask('first', 'broken'),
    (error) => error instanceof TemperError && error.code === 'OLLAMA_FAILED',
  );
});

test('a question that does not fit is asked in its next shorter form, with all its samples, and the form is told', async () => {
  const form = (length: number) => [{ role: 'user', content: 'x'.repeat(length) }];
  prompts = [];
  const { answers, forms, cost } = await askQuestions(
    server,
    'm',
    [
      { messages: form(80), shorter: [form(60), form(30), form(10)] },
      { messages: form(20), shorter: [form(10)] },
      { messages: form(90), shorter: [form(70)] },
    ],
    {
      ...{ maxTokens: 16, seed: 1, think: false, samples: 2, temperature: 1 },
      ...{ signal: new AbortController().signal, onAnswer: () => {} },
    },
  );
  assert.deepEqual(forms, [2, 0, 1]);
  assert.deepEqual(
    prompts.map(({ length }) => length),
    [30, 30, 20, 20],
  );
  assert.deepEqual(
    answers.map(({ end, samples }) => [end, samples?.length]),
    [
      ['stop', 1],
      ['stop', 1],
      ['too_long', 1],
    ],
  );
  assert.equal(cost.answerTokens, 3, 'the price is that of the answers that were given');
});
