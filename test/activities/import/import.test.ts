// needs: python, ollama, llama.cpp
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { importModel } from '../../../activities/import/import.ts';
import type { Proof } from '../../../activities/import/proof/proof.ts';
import { quantize } from '../../../activities/quantize/quantize.ts';
import { pinRoutes } from '../../../activities/quantize/shell/prove-plan.ts';
import type { Handle } from '../../../core/handles.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { blobPath } from '../../../services/ollama/model-file.ts';
import { readServed } from '../../../services/ollama/served-models.ts';
import { ensureLlamaCpp } from '../../../services/setup/llama-cpp/ensure.ts';
import { isAtLeast } from '../../../services/setup/programs/find-program.ts';
import { exists } from '../../../services/store/durable-files.ts';
import { carryOut, failureOf } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startProxy } from '../../rig/servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { makeTestModels, publishFolder, type TestModel } from '../../rig/test-models.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let models: string;
let sound: Handle;

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({
    ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models },
    llamaCpp: (report) => ensureLlamaCpp(cacheDir(), report),
  });
  models = join(deps.root, 'test-models');
  await makeTestModels(deps, models);
  sound = await publishModel('sound');
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

/** As the merge step publishes one. */
const publishModel = (name: TestModel) => publishFolder(deps, join(models, name), 'model', { normalised: 'as made' });

const convert = async (model: Handle, type: string) =>
  (await carryOut(quantize(deps), { model, type, engine: 'ollama' })).outputs.gguf as Handle;

/** The GGUF of one model that says it was made from another: what a faulty converter would leave. */
async function disguised(name: TestModel, as: Handle, change: (gguf: Buffer) => void = () => {}): Promise<Handle> {
  const made = await deps.store.open(await convert(await publishModel(name), 'f16'));
  const staging = await deps.store.stage('disguised');
  const gguf = await readFile(join(made.path, 'model.gguf'));
  change(gguf);
  await writeFile(join(staging, 'files', 'model.gguf'), gguf);
  return await deps.store.publish(staging, 'gguf', { ...made.manifest.meta, model: as });
}

/** Threads that wait for each other on a busy machine make a tiny model a hundred times slower. */
const parameters = { num_thread: 1 };

const stagingModels = async () =>
  (await ollama.server.models()).filter(({ name }) => name.startsWith('temper-staging')).length;

interface Report {
  template: string;
  proofs: Proof[];
}

async function proofOf(handle: Handle): Promise<Report> {
  const { path } = await deps.store.open(handle, { verify: true });
  return JSON.parse(await readFile(join(path, 'proof.json'), 'utf8')) as Report;
}

const provenIn = (report: Report) => report.proofs.filter(({ ok, possible }) => ok && possible).map(({ name }) => name);

/** Asserts that the import fails without a retry and with this message, and names no model. */
async function assertRefuted(
  gguf: Handle,
  message: RegExp,
  name = `broken-${gguf.digest.slice(7, 19)}`,
): Promise<void> {
  const failure = await failureOf(carryOut(importModel(deps), { gguf, name, parameters }));
  assert.equal(failure.type, 'PROOF_FAILED');
  assert.equal(failure.nonRetryable, true);
  assert.match(failure.message, message);
  if (name.startsWith('broken')) assert.equal(await ollama.server.find(name), undefined);
  assert.equal(await stagingModels(), 0);
}

test('a sound f16 model gets its name after every proof, with the parameters of the document and no others', async () => {
  const gguf = await convert(sound, 'f16');
  const { outputs } = await carryOut(importModel(deps), {
    gguf,
    name: 'sound:candidate',
    parameters: { ...parameters, temperature: 0.3 },
    stop: ['###'],
  });
  const model = outputs.model as Handle;
  const report = await proofOf(outputs.proof as Handle);
  assert.deepEqual(provenIn(report), ['architecture', 'prompt', 'tokens', 'stop', 'greedy']);
  assert.equal((await ollama.server.find('sound:candidate'))?.digest, model.digest);
  assert.equal(outputs.digest, model.digest);
  assert.equal(outputs.drift, 0);
  const shown = (await ollama.server.show('sound:candidate')).parameters
    .split('\n')
    .map((line) => line.replace(/\s+/, ' '));
  assert.deepEqual(shown.sort(), ['num_thread 1', 'stop "###"', 'stop "<|im_end|>"', 'temperature 0.3']);
  assert.equal((await readServed(deps.store.root, model.digest))?.gguf.digest, gguf.digest);
  assert.equal(await stagingModels(), 0);
});

test('a quantized model is proven by its f16 parent and its drift is measured; a template that Ollama does not render itself is translated, and what it cannot do is told', async () => {
  const gguf = await convert(await publishModel('commented'), 'q4_K_M');
  const { outputs, summary } = await carryOut(importModel(deps), {
    gguf,
    name: 'commented',
    parameters,
    system: 'You speak of colours only.',
  });
  const report = await proofOf(outputs.proof as Handle);
  assert.deepEqual(provenIn(report), ['architecture', 'prompt', 'tokens', 'stop', 'greedy', 'drift']);
  const rendersItself = await rendersJinja();
  assert.equal(report.template, rendersItself ? 'own' : 'translated');
  assert.deepEqual(
    report.proofs[1]!.coverage?.leftOut,
    rendersItself ? [] : [{ chat: 'edges', code: 'trimmed', detail: null }],
  );
  assert.match(summary, rendersItself ? /proven: .*prompt, / : /proven: .*prompt \(\d+ of \d+ chats\)/);
  assert.ok(Number(outputs.drift) > 0 && Number(outputs.drift) < 5, `drift ${outputs.drift}`);
  assert.equal((await ollama.server.show('commented')).system, 'You speak of colours only.');
  const rendered = await ollama.server.chat({
    model: 'commented',
    messages: [{ role: 'user', content: 'Hi' }],
    _debug_render_only: true,
  });
  assert.equal(
    rendered._debug_info?.rendered_template,
    '<|im_start|>system\nYou speak of colours only.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
  );
  assert.equal(await stagingModels(), 0);
});

test('what a shell has shown before the training is not all read again, and each file is loaded once', async () => {
  const base = join(models, 'sound');
  const pins = { files: { [base]: { digest: 'sha256:base', size: 1 } }, bases: {}, models: {} };
  const folder = join(deps.runs, 'shell');
  await mkdir(folder, { recursive: true });
  const context = {
    deps: { ...deps, servingVersion: () => ollama.server.version() },
    folder,
    logFile: join(folder, 'log.txt'),
    signal: new AbortController().signal,
    log: async () => {},
    progress: () => {},
  };
  const routes = await pinRoutes(context, roadOf(base), pins);
  const over = { pins: { ...pins, routes } };
  const meta = { normalised: 'as made', base: { name: 'sound', digest: 'sha256:base' } };
  const model = await publishFolder(deps, base, 'model', meta);
  const { outputs: made } = await carryOut(quantize(deps), { model, type: 'q4_K_M' }, over);
  const { manifest } = await deps.store.open(made.gguf as Handle);
  assert.equal(manifest.meta.reason, 'proven on a small model of the base’s kind');
  const before = await ollama.loads();
  const { outputs } = await carryOut(importModel(deps), { gguf: made.gguf, name: 'shown', parameters }, over);
  assert.equal((await ollama.loads()) - before, 2);
  const report = await proofOf(outputs.proof as Handle);
  assert.deepEqual(provenIn(report), ['architecture', 'prompt', 'tokens', 'stop', 'greedy', 'drift']);
  assert.match(
    report.proofs.find(({ name }) => name === 'tokens')!.detail,
    /\(10 of them were compared before the training/,
  );
});

/** Whether this Ollama renders the Jinja template of a GGUF: 0.24.0 does not, 0.33.0 does. */
const rendersJinja = async () => isAtLeast(await ollama.server.version(), '0.33.0');

/** A document in which a base is trained, quantized and imported. */
function roadOf(base: string): Plan {
  const text = `
name: p
steps:
  data: { uses: prepare, with: { source: /rows.jsonl } }
  train: { uses: train, with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}" } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: ${base}, adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}" } }
  model: { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: m } }
`;
  return makePlan(text, '/p.yaml', {}, { fromDocument: (path) => path, fromShell: (path) => path }).plan!;
}

test('a model that llama.cpp converted and quantized is proven in the same way', async () => {
  const { outputs: made } = await carryOut(quantize(deps), { model: sound, type: 'q5_K_M' });
  assert.equal(made.engine, 'llama.cpp');
  const { outputs } = await carryOut(importModel(deps), { gguf: made.gguf, name: 'by-llama-cpp', parameters });
  const report = await proofOf(outputs.proof as Handle);
  assert.deepEqual(provenIn(report), ['architecture', 'prompt', 'tokens', 'stop', 'greedy', 'drift']);
  const { meta } = (await deps.store.open(made.gguf as Handle)).manifest;
  const [parent] = (await deps.store.open(meta.parent as Handle)).manifest.files;
  assert.equal(await exists(blobPath(ollama.models, `sha256:${parent!.sha256}`)), false, 'the f16 upload is left');
});

test('a GGUF without rope values is refused before a prompt kills the runner', async () => {
  await assertRefuted(
    await disguised('ropeless', sound),
    /^architecture: .*qwen2\.rope\.freq_base is 0, in training rope_theta was 10000/,
  );
});

test('a GGUF that names another pre-tokenizer than the training used is refused, with both token lists', async () => {
  const model = await publishModel('twelve');
  const gguf = await disguised('twelve', model, (bytes) => {
    const key = 'tokenizer.ggml.pre';
    // After the key: the type of the value in four bytes, its length in eight, then the text. GPT-2's reads digits in groups.
    bytes.write('gpt-2', bytes.indexOf(key) + key.length + 12);
  });
  await assertRefuted(
    gguf,
    /^tokens: the chat "digits" has other tokens than in training[\s\S]*trained: [\d …]+\n {2}Ollama: {2}[\d …]+/,
  );
});

test('a chat template that cannot be translated for Ollama is refused, with both prompts', async () => {
  await assertRefuted(
    await convert(await publishModel('numbered'), 'f16'),
    /^prompt: Ollama renders the chat "plain" differently[\s\S]*trained: .*user▸·1⏎What·color[\s\S]*Ollama: {2}.*user▸⏎What·color/,
  );
});

test('a context too short for a chat is told as that, and not as another template', async () => {
  const gguf = await convert(sound, 'f16');
  const failure = await failureOf(
    carryOut(importModel(deps), { gguf, name: 'short', parameters: { ...parameters, num_ctx: 64 } }),
  );
  assert.match(failure.message, /^prompt: the chat "\w+" has \d+ tokens, .* only 64 \(`num_ctx` of the import\)/);
});

test('a GGUF whose end token is a common word is refused, since its answers would break off', async () => {
  const word = 312;
  const gguf = await disguised('sound', sound, (bytes) => {
    const key = 'tokenizer.ggml.eos_token_id';
    // After the key: the type of the value in four bytes, then the value in four.
    bytes.writeUInt32LE(word, bytes.indexOf(key) + key.length + 4);
  });
  await assertRefuted(
    gguf,
    /^stop: Ollama ends its answer to "\w+" after \d+ tokens, where the trained model continues/,
  );
});

test('a GGUF with other weights is refused, and the good model under the name stays', async () => {
  const before = await ollama.server.find('sound:candidate');
  await assertRefuted(
    await disguised('swapped', sound),
    /^greedy: the answers to "plain" differ at token 1\b/,
    'sound:candidate',
  );
  assert.equal((await ollama.server.find('sound:candidate'))?.digest, before?.digest);
});

test('without prompts and token ids from the server the other proofs are made, and the report says so', async () => {
  const proxy = await startProxy(ollama.url);
  proxy.decide = (call) =>
    /chat|generate/.test(call)
      ? (body) => JSON.stringify({ ...JSON.parse(body), _debug_info: undefined, context: undefined })
      : 'pass';
  try {
    const gguf = await convert(sound, 'f16');
    const through = { ...deps, ollama: { ...deps.ollama, serving: proxy.url } };
    const { outputs, summary } = await carryOut(importModel(through), { gguf, name: 'quiet', parameters });
    assert.match(summary, /proven: architecture, stop, greedy; not possible: prompt, tokens/);
    assert.match((await proofOf(outputs.proof as Handle)).proofs[1]!.detail, /does not report how it renders a chat/);
  } finally {
    await proxy.stop();
  }
});

test('a cancelled import leaves neither a staging model nor a name', async () => {
  const gguf = await convert(sound, 'f16');
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', ({ text }: { text: string }) => {
    if (text === 'proving the prompt') environment.cancel();
  });
  await assert.rejects(
    carryOut(importModel(deps), { gguf, name: 'cancelled', parameters }, {}, environment),
    /CancelledFailure|CANCELLED/i,
  );
  assert.equal(await ollama.server.find('cancelled'), undefined);
  assert.equal(await stagingModels(), 0);
});

test('a retry repeats an interrupted upload and removes the models of the first attempt', async () => {
  const proxy = await startProxy(ollama.url);
  let isAway = false;
  proxy.decide = (call) => {
    isAway ||= call === 'POST /api/show';
    return isAway ? 'cut before' : 'pass';
  };
  try {
    const gguf = await convert(sound, 'f16');
    const through = { ...deps, ollama: { ...deps.ollama, serving: proxy.url } };
    const options = [
      importModel(through),
      { gguf, name: 'retried', parameters },
      { runId: 'test-20260101-000000-retried' },
    ] as const;
    const failure = await failureOf(carryOut(...options));
    assert.equal(failure.type, 'OLLAMA_UNREACHABLE');
    assert.equal(failure.nonRetryable, false);
    assert.equal(await stagingModels(), 1);
    proxy.decide = () => 'pass';
    await carryOut(...options);
    assert.ok(await ollama.server.find('retried'));
    assert.equal(await stagingModels(), 0);
  } finally {
    await proxy.stop();
  }
});
