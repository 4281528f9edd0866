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
let http: Server;
let server: OllamaServer;

before(async () => {
  http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages?: { content: string }[] };
    const error = failures[messages?.at(-1)?.content ?? ''];
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
