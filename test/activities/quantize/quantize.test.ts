// needs: python, ollama, llama.cpp
import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { roomNeeded } from '../../../activities/quantize/gguf/room-for-gguf.ts';
import { quantize } from '../../../activities/quantize/quantize.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Handle } from '../../../core/handles.ts';
import { checkRoom } from '../../../services/machine/files/disk-space.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureLlamaCpp } from '../../../services/setup/llama-cpp/ensure.ts';
import { carryOut, failureOf } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { makeTestModels, publishFolder, type TestModel } from '../../rig/test-models.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let models: string;

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({
    ollama: { serving: 'http://127.0.0.1:9', own: ollama.url, ownModels: ollama.models },
    llamaCpp: (report) => ensureLlamaCpp(cacheDir(), report),
  });
  models = join(deps.root, 'test-models');
  await makeTestModels(deps, models);
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

const publishModel = (name: TestModel) =>
  publishFolder(deps, join(models, name), 'model', {
    normalised: 'as made',
    base: { name: 'tiny', digest: 'sha256:0' },
  });

async function convert(
  name: TestModel,
  options: object,
): Promise<{ gguf: Handle; engine: unknown; bytes: Buffer; meta: Readonly<Record<string, unknown>> }> {
  const { outputs } = await carryOut(quantize(deps), { model: await publishModel(name), ...options }, { reuse: false });
  const { path, manifest } = await deps.store.open(outputs.gguf as Handle, { verify: true });
  return {
    gguf: outputs.gguf as Handle,
    engine: outputs.engine,
    bytes: await readFile(join(path, 'model.gguf')),
    meta: manifest.meta,
  };
}

const blobs = async () => (await readdir(join(ollama.models, 'blobs'))).length;

test('Ollama converts a known architecture: the same model gives the same bytes, and nothing stays in its store', async () => {
  const first = await convert('sound', { type: 'f16' });
  const second = await convert('sound', { type: 'f16' });
  assert.equal(first.engine, 'ollama');
  assert.equal(first.bytes.subarray(0, 4).toString(), 'GGUF');
  assert.equal(first.gguf.digest, second.gguf.digest);
  assert.deepEqual(await ollama.server.models(), []);
  assert.equal(await blobs(), 0);
});

test('a quantized GGUF names its model, f16 parent, template, engine and lineage', async () => {
  const { meta, bytes } = await convert('sound', { type: 'q4_K_M' });
  const parent = meta.parent as Handle;
  const f16 = await convert('sound', { type: 'f16' });
  assert.deepEqual(parent, f16.gguf);
  assert.equal((meta.model as Handle).digest, (await publishModel('sound')).digest);
  assert.match(String(meta.template), /^sha256:[0-9a-f]{64}$/);
  assert.equal(meta.engine, 'ollama');
  assert.match(String(meta.reason), /knows Qwen2ForCausalLM/);
  assert.deepEqual(meta.base, { name: 'tiny', digest: 'sha256:0' });
  assert.ok(bytes.length < f16.bytes.length / 2);
});

test('llama.cpp makes the types that Ollama does not, and the reason is recorded', async () => {
  const { engine, meta, bytes } = await convert('sound', { type: 'q5_K_M' });
  assert.equal(engine, 'llama.cpp');
  assert.match(String(meta.reason), /not q5_K_M/);
  assert.equal(bytes.subarray(0, 4).toString(), 'GGUF');
  assert.equal((meta.parent as Handle).kind, 'gguf');
});

test("a plain transformers directory is normalised first: its GGUF has the model's rope values and template", async () => {
  const model = await publishFolder(deps, join(models, 'plain'), 'model');
  const { outputs } = await carryOut(quantize(deps), { model, type: 'f16' });
  const { path, manifest } = await deps.store.open(outputs.gguf as Handle);
  const digest = `sha256:${manifest.files[0]!.sha256}`;
  await ollama.server.uploadBlob(join(path, 'model.gguf'), digest);
  await ollama.server.create({ model: 'look', files: { 'model.gguf': digest } });
  const { model_info, template } = await ollama.server.show('look');
  await ollama.server.delete('look');
  assert.equal((model_info as unknown as Record<string, unknown>)['qwen2.rope.freq_base'], 10000);
  assert.match(template, /<\|im_start\|>/);
});

test('every engine refuses a tokenizer that no converter knows', async () => {
  const model = await publishModel('unknown');
  for (const engine of ['auto', 'ollama']) {
    const failure = await failureOf(carryOut(quantize(deps), { model, type: 'f16', engine }));
    assert.equal(failure.type, 'UNKNOWN_PRETOKENIZER');
    assert.equal(failure.nonRetryable, true);
  }
});

test('a folder without a model is refused with the reason', async () => {
  const model = await publishFolder(deps, join(import.meta.dirname, '../..', 'rig'), 'model', {
    normalised: 'as made',
  });
  const failure = await failureOf(carryOut(quantize(deps), { model, type: 'f16' }));
  assert.equal(failure.type, 'BAD_OPTIONS');
  assert.match(failure.message, /config\.json is missing/);
});

test('a cancelled conversion leaves no staging model', async () => {
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', ({ text }: { text: string }) => {
    if (/converting|quantizing|manifest/.test(text)) environment.cancel();
  });
  const work = carryOut(quantize(deps), { model: await publishModel('swapped'), type: 'q8_0' }, {}, environment);
  await assert.rejects(work, { name: 'CancelledFailure' });
  assert.deepEqual(await ollama.server.models(), []);
});

test('a conversion is retried while Ollama is unreachable', async () => {
  const away = { ...deps, ollama: { ...deps.ollama, own: 'http://127.0.0.1:9' } };
  const failure = await failureOf(
    carryOut(quantize(away), { model: await publishModel('sound'), type: 'f16' }, { reuse: false }),
  );
  assert.equal(failure.type, 'OLLAMA_UNREACHABLE');
  assert.equal(failure.nonRetryable, false);
  assert.match(failure.message, /127\.0\.0\.1:9 .*ECONNREFUSED/);
});

test('a disk that is too small is reported before the conversion, with its figures', async () => {
  const need = roomNeeded({ bytes: 15e15, bitsPerWeight: 16 }, { types: ['q4_K_M'], engine: 'ollama' });
  const error = await checkRoom('the conversion', [
    { path: deps.root, bytes: need.store },
    { path: ollama.models, bytes: need.ollama },
  ]).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof TemperError);
  assert.equal(error.code, 'DISK_FULL');
  assert.match(error.message, /needs [\d.]+ [GTP]B at .*; [\d.]+ [GT]B are free/);
});
