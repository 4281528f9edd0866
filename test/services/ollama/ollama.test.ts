// needs: ollama
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { fullModelName } from '../../../core/model-name.ts';
import { OllamaServer, resolveModel, unloadAll } from '../../../services/ollama/server.ts';
import { type OllamaProxy, startProxy } from '../../rig/servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { putModel } from '../../rig/smallest-gguf.ts';

let ollama: TestOllama;
let proxy: OllamaProxy;
let server: OllamaServer;
let folder: string;

before(async () => {
  ollama = await startOllama();
  proxy = await startProxy(ollama.url);
  server = new OllamaServer(proxy.url);
  folder = await mkdtemp(join(tmpdir(), 'temper-ollama-test-'));
});
after(async () => {
  await proxy.stop();
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  proxy.decide = () => 'pass';
});

async function failure(work: Promise<unknown>): Promise<TemperError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TemperError, String(error));
  return error;
}

async function blobOf(bytes: Buffer): Promise<{ file: string; digest: string }> {
  const file = join(folder, 'blob');
  await writeFile(file, bytes);
  return { file, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

test('a name resolves to the digest of its manifest, with or without its tag, and an unknown name to undefined', async () => {
  const digest = await putModel(ollama.server, 'Speaker:latest', 'one', folder);
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  const deps = { ollama: { serving: proxy.url } };
  for (const name of ['Speaker', 'Speaker:latest', 'library/Speaker', 'registry.ollama.ai/library/Speaker:latest']) {
    assert.equal(await resolveModel(deps, name), digest, name);
  }
  assert.equal(await resolveModel(deps, 'nobody'), undefined);
  assert.equal(await resolveModel(deps, 'Speaker:other'), undefined);
});

test('a copy has the digest of its source, and deleting twice succeeds', async () => {
  const digest = await putModel(ollama.server, 'source', 'two', folder);
  await server.copy('source', 'target:one');
  assert.equal((await server.find('target:one'))?.digest, digest);
  await server.delete('target:one');
  await server.delete('target:one');
  assert.equal(await server.find('target:one'), undefined);
});

test('a large file is streamed, with progress, and only once', async () => {
  const { file, digest } = await blobOf(Buffer.alloc(9_000_000, 7));
  const sent: number[] = [];
  await server.uploadBlob(file, digest, { onBytes: (bytes, total) => sent.push(bytes / total) });
  assert.ok(sent.length > 3 && sent.at(-1) === 1, `${sent.length} reports`);
  const start = proxy.calls.length;
  await server.uploadBlob(file, digest);
  assert.deepEqual(proxy.calls.slice(start), [`HEAD /api/blobs/${digest}`]);
});

test('a file that does not match its digest is refused with the words of Ollama', async () => {
  const { file } = await blobOf(Buffer.from('something'));
  const error = await failure(server.uploadBlob(file, `sha256:${'0'.repeat(64)}`));
  assert.equal(error.code, 'OLLAMA_FAILED');
  assert.match(error.message, /digest/);
});

test('an interrupted upload can be retried, and a cancelled one ends at once', async () => {
  const { file, digest } = await blobOf(Buffer.alloc(5_000_000, 3));
  proxy.decide = (call) => (call.startsWith('POST') ? 'cut before' : 'pass');
  assert.equal((await failure(server.uploadBlob(file, digest))).code, 'OLLAMA_UNREACHABLE');
  proxy.decide = () => 'pass';
  const stop = new AbortController();
  const reason = new Error('cancelled');
  await assert.rejects(
    server.uploadBlob(file, digest, { signal: stop.signal, onBytes: () => stop.abort(reason) }),
    reason,
  );
  assert.equal(await server.hasBlob(digest), false);
  await server.uploadBlob(file, digest);
  assert.equal(await server.hasBlob(digest), true);
});

test('an unreachable server is named with its address, also if it disconnects in mid-answer', async () => {
  const away = await failure(new OllamaServer('http://127.0.0.1:9').models());
  assert.equal(away.code, 'OLLAMA_UNREACHABLE');
  assert.match(away.message, /^Ollama at http:\/\/127\.0\.0\.1:9 .*ECONNREFUSED/);
  proxy.decide = () => 'cut after';
  for (const call of [
    () => server.models(),
    () => server.version(),
    () => server.show('source'),
    () => server.create({ model: 'x', from: 'source' }),
    () => server.hasBlob(`sha256:${'1'.repeat(64)}`),
  ]) {
    assert.equal((await failure(call())).code, 'OLLAMA_UNREACHABLE', String(call));
  }
});

test('a creation whose stream ends early fails, whatever its lines said', async () => {
  proxy.decide = (call) => (call === 'POST /api/create' ? (body) => `${body.split('\n')[0]}\n` : 'pass');
  assert.equal((await failure(server.create({ model: 'early', from: 'source' }))).code, 'OLLAMA_UNREACHABLE');
});

test('a missing model has a code of its own, and a refusal keeps the words of Ollama', async () => {
  assert.equal((await failure(server.show('nobody'))).code, 'MODEL_NOT_IN_OLLAMA');
  assert.equal((await failure(server.chat({ model: 'nobody', messages: [] }))).code, 'MODEL_NOT_IN_OLLAMA');
  assert.equal((await failure(server.copy('nobody', 'x'))).code, 'MODEL_NOT_IN_OLLAMA');
  const bad = await failure(server.create({ model: 'x', from: 'source', template: '{{ range' }));
  assert.equal(bad.code, 'OLLAMA_FAILED');
  assert.match(bad.message, /unclosed action/);
});

test('unloading without loaded models does nothing', async () => {
  await unloadAll(proxy.url);
  assert.deepEqual(await server.loaded(), []);
});

test('a normalized name has its tag, and no default registry', () => {
  assert.equal(fullModelName('registry.ollama.ai/library/Qwen2.5:7b'), 'qwen2.5:7b');
  assert.equal(fullModelName('localhost:5000/me/model'), 'localhost:5000/me/model:latest');
});
