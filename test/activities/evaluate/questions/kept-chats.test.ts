// needs: nothing
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openKeptChats } from '../../../../activities/evaluate/questions/kept-chats.ts';
import type { Chatted } from '../../../../services/ollama/messages.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-kept-chats-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const answered = (content: string) =>
  ({ message: { role: 'assistant', content }, done: true, done_reason: 'stop', eval_count: 3 }) as Chatted;
const request = (content: string, seed = 1) => ({
  ...{ model: 'parrot:candidate', messages: [{ role: 'user', content }], options: { seed } },
});
const never = () => assert.fail('a known answer is asked for again');

test('an attempt after a crash asks only for the answers that are not there', async () => {
  const file = join(folder, 'answers.jsonl');
  const first = (await openKeptChats(file, '0.33.0'))('sha256:a');
  await first(request('Iron?'), async () => answered('Fe'));
  await assert.rejects(
    first(request('Gold?'), async () => Promise.reject(new Error('killed'))),
    /killed/,
  );
  await appendFile(file, '{"key": "cut off by the cra');

  const second = (await openKeptChats(file, '0.33.0'))('sha256:a');
  assert.equal((await second(request('Iron?'), never)).message.content, 'Fe');
  await second(request('Gold?'), async () => answered('Au'));
  const third = (await openKeptChats(file, '0.33.0'))('sha256:a');
  assert.equal((await third(request('Gold?'), never)).message.content, 'Au');
});

test('other bytes under the same name, another Ollama and another seed are asked anew', async () => {
  const file = join(folder, 'others.jsonl');
  const known = await openKeptChats(file, '0.33.0');
  await known('sha256:a')(request('Iron?'), async () => answered('Fe'));
  const newer = await openKeptChats(file, '0.34.0');
  const anew = async (asked: Promise<Chatted>) => assert.equal((await asked).message.content, 'asked');
  const ask = async () => answered('asked');
  await anew(known('sha256:b')(request('Iron?'), ask));
  await anew(newer('sha256:a')(request('Iron?'), ask));
  await anew(known('sha256:a')(request('Iron?', 2), ask));
});
