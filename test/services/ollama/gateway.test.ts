// needs: nothing
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { namedOllama } from '../../../services/settings/settings.ts';
import { findRunningOllama } from '../../../services/stack/ollama-service.ts';

const asked: string[] = [];
const gateway = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  const known = request.url?.startsWith('/ollama/api/');
  response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(known ? { version: '0.24.0', models: [] } : { error: 'not here' }));
});
let OLLAMA_HOST: string;
before(async () => {
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  OLLAMA_HOST = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/ollama/`;
});
after(() => gateway.close());

test('an Ollama below a path of a gateway is found, and every request has the path', async () => {
  const { url, version } = await findRunningOllama({ OLLAMA_HOST });
  assert.deepEqual([url, version], [OLLAMA_HOST.replace(/\/$/, ''), '0.24.0']);
  const server = new OllamaServer(namedOllama({ OLLAMA_HOST })!.url);
  await server.models();
  await server.unload('model');
  await server.hasBlob(`sha256:${'0'.repeat(64)}`);
  assert.ok(asked.length >= 4);
  for (const each of asked) assert.match(each, /^\w+ \/ollama\/api\/\w/);
});

test('a proxy is not asked for an Ollama of this machine', async () => {
  const env = { OLLAMA_HOST, http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
  assert.equal((await findRunningOllama(env)).version, '0.24.0');
});
