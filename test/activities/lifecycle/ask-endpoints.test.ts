// needs: nothing
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Deps } from '../../../activities/engine/deps.ts';
import { askEndpoints } from '../../../activities/lifecycle/ask-endpoints.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import { writeSecret } from '../../../services/machine/secrets.ts';

// No account at a real server belongs to a test.
const asked: string[] = [];
const server = createServer((incoming, outgoing) => {
  asked.push(`${incoming.method} ${incoming.url}`);
  if (incoming.headers.authorization !== 'Bearer right') return outgoing.writeHead(401).end('{"error":"who are you?"}');
  return outgoing.end(JSON.stringify({ data: [{ id: 'wise' }] }));
}).listen(0, '127.0.0.1');
let secrets: string;
before(async () => {
  secrets = await mkdtemp(join(tmpdir(), 'temper-secrets-'));
  await writeSecret(secrets, 'RIGHT', 'right');
  await writeSecret(secrets, 'WRONG', 'wrong');
});
after(async () => {
  server.close();
  await rm(secrets, { recursive: true });
});

async function proven(model: string, secret?: string): Promise<string | undefined> {
  if (!server.listening) await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const judge = { model, url, ...(secret ? { api_key: `\${{ secrets.${secret} }}` } : {}) };
  const options = JSON.stringify({ before: 'a', after: 'b', prompts: './exam.jsonl', judge });
  const text = `name: p\nsteps:\n  one: { uses: evaluate, with: ${options} }\n  two: { uses: evaluate, with: ${options} }\n`;
  const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
  const { plan } = makePlan(text, '/p.yaml', {}, rules);
  const deps = { secrets, ollama: { serving: 'http://127.0.0.1:9' } } as Deps;
  return await askEndpoints(deps, plan!, new AbortController().signal).then(
    () => undefined,
    ({ code }: { code: string }) => code,
  );
}

test('before the first step, a server that a step will ask is asked once for its key and its model', async () => {
  assert.equal(await proven('wise', 'RIGHT'), undefined);
  assert.deepEqual(asked, ['GET /v1/models'], 'two steps with one judge');
  assert.equal(await proven('wise'), 'ENDPOINT_KEY_REFUSED');
  assert.equal(await proven('wise', 'WRONG'), 'ENDPOINT_KEY_REFUSED');
  assert.equal(await proven('wise', 'ABSENT'), 'SECRET_MISSING');
});
