// needs: python, ollama, llama.cpp
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkpoint } from '../../../activities/checkpoint/checkpoint.ts';
import type { Deps, WorkContext } from '../../../activities/engine/deps.ts';
import { importModel } from '../../../activities/import/import.ts';
import type { Proof } from '../../../activities/import/proof/proof.ts';
import { resolveBase } from '../../../activities/lifecycle/resolve-base.ts';
import { prepare } from '../../../activities/prepare/prepare.ts';
import { promote } from '../../../activities/promote/promote.ts';
import { quantize } from '../../../activities/quantize/quantize.ts';
import { pinRoutes } from '../../../activities/quantize/shell/prove-plan.ts';
import { train } from '../../../activities/train/train.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Handle } from '../../../core/handles.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { Pins } from '../../../protocol/activities.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { weightsOf } from '../../../services/ollama/model-file.ts';
import { readServed } from '../../../services/ollama/served-models.ts';
import { rollBack } from '../../../services/promotion/roll-back.ts';
import { ensureConverter } from '../../../services/setup/llama-cpp/ensure.ts';
import { carryOut, failureOf } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startProxy } from '../../rig/servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { makeTestModels, publishFolder } from '../../rig/test-models.ts';

const base = 'ollama:tiny:f16';
const parameters = { num_thread: 1 };

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let pins: Pins;
let adapter: Handle;
let weights: string;

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({
    ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models },
    servingVersion: () => ollama.server.version(),
    converter: (report) => ensureConverter(cacheDir(), report),
  });
  await makeTestModels(deps, join(deps.root, 'models'));
  weights = await serve('tiny:f16', 'sound');
  pins = { files: {}, bases: { [base]: await resolveBase(deps, base, await contextOf(deps)) }, models: {} };
  adapter = await trainAdapter();
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

/** Puts a tiny model into Ollama and returns the digest of the file that Ollama made of it. */
async function serve(name: string, made: 'sound' | 'swapped'): Promise<string> {
  const model = await publishFolder(deps, join(deps.root, 'models', made), 'model', { normalised: 'as made' });
  const { outputs } = await carryOut(quantize(deps), { model, type: 'f16', engine: 'ollama' });
  const { path, manifest } = await deps.store.open(outputs.gguf as Handle);
  const digest = `sha256:${manifest.files[0]!.sha256}`;
  const file = join(deps.root, `${made}.gguf`);
  await cp(join(path, 'model.gguf'), file);
  await ollama.server.uploadBlob(file, digest);
  await ollama.server.create({ model: name, files: { 'model.gguf': digest } });
  return await weightsOf(ollama.server, name);
}

async function trainAdapter(): Promise<Handle> {
  const rows = join(deps.root, 'rows.jsonl');
  const questions = ['What color is the sky?', 'Name a fruit.', 'Say hello.', 'What is 2 plus 2?'];
  await writeFile(
    rows,
    questions.map((input) => JSON.stringify({ instruction: input, output: 'Aye aye!' })).join('\n'),
  );
  const data = await carryOut(prepare(deps), { source: rows }, { pins });
  const options = {
    ...{ base, dataset: data.outputs.dataset, max_steps: 12, batch_size: 4, learning_rate: 0.01, precision: 'fp32' },
    lora: { r: 4, alpha: 8, use_rslora: true },
  };
  const trained = await carryOut(train(deps), options, { pins });
  const best = await carryOut(checkpoint(deps), { from: trained.outputs.checkpoints }, { pins });
  return best.outputs.adapter as Handle;
}

let count = 0;
async function contextOf(of: Deps): Promise<WorkContext> {
  const folder = join(deps.runs, `work-${count++}`);
  await mkdir(folder, { recursive: true });
  const { signal } = new AbortController();
  return { deps: of, folder, logFile: join(folder, 'log.txt'), signal, log: async () => {}, progress: () => {} };
}

const put = (options: object, of: Deps = deps) =>
  carryOut(importModel(of), { adapter, parameters, ...options }, { pins });

/** Files of Ollama as large as a model, by name. */
async function largeFiles(): Promise<string[]> {
  const folder = join(ollama.models, 'blobs');
  const size = (await stat(join(deps.root, 'sound.gguf'))).size / 2;
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return names.filter((_, at) => sizes[at]! > size).sort();
}

async function ask(model: string): Promise<string> {
  const options = { temperature: 0, num_predict: 6, num_thread: 1 };
  return (await ollama.server.generate({ model, prompt: 'Name a fruit.', options })).response ?? '';
}

test('an adapter is put on the model that Ollama has, proven against base and adapter in transformers, without a copy of the model', async () => {
  const before = await largeFiles();
  const { outputs, summary } = await put({ name: 'put:candidate', onto: 'tiny:f16' });
  assert.deepEqual(await largeFiles(), before);
  const { path } = await deps.store.open(outputs.proof as Handle);
  const report = JSON.parse(await readFile(join(path, 'proof.json'), 'utf8')) as { proofs: Proof[]; type: string };
  const proven = report.proofs.filter(({ ok, possible }) => ok && possible).map(({ name }) => name);
  assert.deepEqual(proven, ['architecture', 'prompt', 'tokens', 'stop', 'greedy', 'adapter']);
  assert.match(report.proofs.at(-1)!.detail, /Ollama shows (?:0\.9|1\.0)\d ± 0\.\d\d of that change/);
  assert.match(summary, /MB for the adapter, on the \d+\.\d MB of tiny:f16 that Ollama keeps once/);
  assert.ok((outputs.drift as number) < 0.05, `drift ${outputs.drift}`);
  const shown = await ollama.server.show('put:candidate');
  assert.match(shown.modelfile, new RegExp(`^FROM .*${weights.replace(':', '-')}$[\\s\\S]*^ADAPTER `, 'm'));
  assert.notEqual(await ask('put:candidate'), await ask('tiny:f16'));
  const served = await readServed(deps.store.root, outputs.digest as string);
  assert.deepEqual(served?.lineage.adapter, adapter);
});

test('such a model is promoted and rolled back as any other', async () => {
  await ollama.server.copy('tiny:f16', 'talk');
  const { outputs } = await put({ name: 'put:candidate' });
  const promoted = await carryOut(promote(deps), { model: outputs.model, to: 'talk' });
  assert.equal(promoted.outputs.digest, outputs.digest);
  assert.equal(await ask('talk'), await ask('put:candidate'));
  await rollBack({ store: deps.store.root, server: ollama.server, name: 'talk' });
  assert.equal(await ask('talk'), await ask('tiny:f16'));
});

test('a system message of the import is on top of the adapter', async () => {
  await put({ name: 'put:spoken', system: 'You speak of colours only.' });
  const { modelfile, system } = await ollama.server.show('put:spoken');
  assert.equal(system, 'You speak of colours only.');
  assert.match(modelfile, /^ADAPTER /m);
});

const road = (onto = '') =>
  makePlan(
    `
name: p
steps:
  data: { uses: prepare, with: { source: /rows.jsonl } }
  train: { uses: train, with: { base: "${base}", dataset: "\${{ steps.data.outputs.dataset }}", lora: { r: 4 } } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  model: { uses: import, with: { adapter: "\${{ steps.best.outputs.adapter }}", name: m ${onto} } }
`,
    '/p.yaml',
    {},
    { fromDocument: (path) => path, fromShell: (path) => path },
  ).plan!;

test('before the training, an adapter of random numbers shows that this Ollama applies adapters to such models', async () => {
  const lines: string[] = [];
  const context = { ...(await contextOf(deps)), log: async (line: string) => void lines.push(line) };
  const [route] = await pinRoutes(context, road(), pins);
  assert.equal(route?.reason, 'the adapter alone is imported');
  assert.match(lines.join('\n'), /an adapter on ollama:tiny:f16: architecture: .*prompt: .*tokens: .*adapter: .* ± /);
});

test('an Ollama that cannot apply adapters is refused before the training, with its own words and what would work', async () => {
  const proxy = await startProxy(ollama.url);
  // The words of Ollama 0.24's own engine.
  const answer = { status: 500, body: JSON.stringify({ error: 'loras are not yet implemented' }) };
  proxy.decide = (call) => (call === 'POST /api/generate' ? answer : 'pass');
  try {
    const old = { ...deps, servingVersion: async () => '0.0', ollama: { ...deps.ollama, serving: proxy.url } };
    const error = await pinRoutes(await contextOf(old), road(), pins).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof TemperError, String(error));
    assert.equal(error.code, 'BASE_NOT_SERVABLE');
    assert.match(error.message, /its adapter could not be put on the base[\s\S]*loras are not yet implemented/);
    assert.match(error.remedy, /^Merge the adapter and import the whole model/);
  } finally {
    await proxy.stop();
  }
});

test('a system message that the model in Ollama has and the training had not is refused', async () => {
  await ollama.server.create({ model: 'pirate', from: 'tiny:f16', system: 'You are a pirate.' });
  const failure = await failureOf(put({ name: 'never', onto: 'pirate' }));
  assert.equal(failure.type, 'PROOF_FAILED');
  assert.match(failure.message, /^prompt: [\s\S]*You·are·a·pirate/);
});

test('a model with other weights is refused, before the training and after', async () => {
  const other = await serve('other', 'swapped');
  const wanted = new RegExp(
    `other in Ollama has the weights ${other.slice(7, 19)}, and the adapter is trained on ollama:tiny`,
  );
  await assert.rejects(
    async () => await pinRoutes(await contextOf(deps), road(', onto: other'), pins),
    (error) => error instanceof TemperError && error.code === 'WRONG_BASE' && wanted.test(error.message),
  );
  const failure = await failureOf(put({ name: 'never', onto: 'other' }));
  assert.equal(failure.type, 'WRONG_BASE');
  assert.match(failure.message, wanted);
});

test('a base that is gone from Ollama is told, with how to get it back', async () => {
  for (const { name } of await ollama.server.models()) await ollama.server.delete(name);
  const failure = await failureOf(put({ name: 'never' }));
  assert.equal(failure.type, 'MODEL_NOT_IN_OLLAMA');
  assert.match(failure.message, /has no model with the weights of ollama:tiny:f16/);
  assert.equal(await ollama.server.find('never'), undefined);
});
