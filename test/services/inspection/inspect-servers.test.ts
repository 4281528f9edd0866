// needs: nothing
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { KnownStep } from '../../../core/checks/known.ts';
import { endpointId } from '../../../core/checks/names/silent-servers.ts';
import { inspectServers } from '../../../services/inspection/inspect-servers.ts';
import { freePort } from '../../rig/servers/free-port.ts';

let home: string;
let http: Server;
let address: string;
let answer: { status: number; body: object };
let asked: string[];
const variables = ['TEMPER_HOME', 'TEMPER_OLLAMA', 'OLLAMA_HOST', 'TEMPORAL_ADDRESS'] as const;
const kept = variables.map((name) => [name, process.env[name]] as const);

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'temper-servers-'));
  http = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    const body = incoming.url === '/api/version' ? { version: '99.0.0' } : answer.body;
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
after(async () => {
  http.close();
  for (const [name, value] of kept)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  await rm(home, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: { data: [{ id: 'wise' }] } };
  for (const name of variables) delete process.env[name];
  Object.assign(process.env, { TEMPER_HOME: home, TEMPER_OLLAMA: 'own' });
});

const evaluation = (options: object): KnownStep[] => [
  { id: 'verdict', uses: 'evaluate', with: options, needs: [], within: [] } as unknown as KnownStep,
];
const judgedBy = (judge: object) => evaluation({ before: 'a:1b', after: 'b:1b', judge });
const factsOf = async (url: string) =>
  (await inspectServers(judgedBy({ model: 'wise', url })))?.endpoints.get(endpointId({ url }));

test('a server is asked for its models alone, which costs nothing', async () => {
  assert.deepEqual(await factsOf(`${address}/v1`), { models: ['wise'] });
  assert.deepEqual(asked, ['/v1/models']);
});

test('a server that is not there, and one that wants a key, are told with their own words', async () => {
  const silent = await factsOf(`http://127.0.0.1:${await freePort()}/v1`);
  assert.match(JSON.stringify(silent), /ENDPOINT_UNREACHABLE.*ECONNREFUSED/);
  answer = { status: 401, body: { error: { message: 'no key' } } };
  assert.match(JSON.stringify(await factsOf(`${address}/v1`)), /ENDPOINT_KEY_REFUSED.*answered 401: no key/);
});

test('a server without a list of models says nothing against it', async () => {
  answer = { status: 404, body: {} };
  assert.deepEqual(await factsOf(`${address}/v1`), {});
});

test('while temper’s own Ollama is down, its files tell which models it has', async () => {
  const manifests = join(home, 'ollama', 'models', 'manifests', 'registry.ollama.ai', 'library', 'qwen2.5');
  await mkdir(manifests, { recursive: true });
  await writeFile(join(manifests, '7b'), '{}');
  const known = await inspectServers(judgedBy({ model: 'wise' }));
  assert.deepEqual(known?.ollama, { models: ['registry.ollama.ai/library/qwen2.5:7b'] });
});

test('an Ollama that a run would take is asked', async () => {
  delete process.env.TEMPER_OLLAMA;
  process.env.OLLAMA_HOST = address;
  answer = { status: 200, body: { models: [{ name: 'wise:latest', digest: 'ab', size: 1 }] } };
  assert.deepEqual((await inspectServers(judgedBy({ model: 'wise' })))?.ollama, {
    at: address,
    models: ['wise:latest'],
  });
});

test('where another machine may work, nothing here is asked', async () => {
  process.env.TEMPORAL_ADDRESS = 'elsewhere:7233';
  assert.equal(await inspectServers(judgedBy({ model: 'wise', url: `${address}/v1` })), undefined);
  assert.deepEqual(asked, []);
});
