// needs: python, ollama, small model
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { baseIdentity } from '../../../activities/bases/base-identity.ts';
import { type Dequantized, openGgufBase } from '../../../activities/bases/gguf-base.ts';
import { proveGgufBase } from '../../../activities/bases/prove-gguf-base.ts';
import { checkpoint } from '../../../activities/checkpoint/checkpoint.ts';
import { resolveBase } from '../../../activities/lifecycle/resolve-base.ts';
import { merge } from '../../../activities/merge/merge.ts';
import { prepare } from '../../../activities/prepare/prepare.ts';
import { quantize } from '../../../activities/quantize/quantize.ts';
import { train } from '../../../activities/train/train.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Handle } from '../../../core/handles.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureSmallModel } from '../../../services/setup/models/small-model.ts';
import pins from '../../../services/setup/pins.json' with { type: 'json' };
import { carryOut } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { makeTestModels, publishFolder } from '../../rig/test-models.ts';

const base = 'ollama:tiny:f16';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let file: string;

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({ ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models } });
  await makeTestModels(deps, join(deps.root, 'models'));
  const model = await publishFolder(deps, join(deps.root, 'models', 'sound'), 'model', { normalised: 'as made' });
  const made = await carryOut(quantize(deps), { model, type: 'f16', engine: 'ollama' });
  const { path, manifest } = await deps.store.open(made.outputs.gguf as Handle);
  file = join(deps.root, 'tiny.gguf');
  await cp(join(path, 'model.gguf'), file);
  const digest = `sha256:${manifest.files[0]!.sha256}`;
  await ollama.server.uploadBlob(file, digest);
  await ollama.server.create({ model: 'tiny:f16', files: { 'model.gguf': digest }, system: 'You are a pirate.' });
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

let count = 0;
async function contextOf() {
  const folder = join(deps.root, `step-${count++}`);
  await mkdir(folder);
  const lines: string[] = [];
  const log = async (line: string) => void lines.push(line);
  const { signal } = new AbortController();
  return { lines, context: { deps, folder, logFile: join(folder, 'log'), signal, log, progress: () => {} } };
}

async function opened() {
  const { context, lines } = await contextOf();
  const resolved = await resolveBase(deps, base, context);
  const pinned = { files: {}, bases: { [base]: resolved }, models: {} };
  return { context, lines, pinned, made: await openGgufBase(context, base, pinned) };
}

test('a model in Ollama becomes a base that reads the same tokens and gives the same answers', async () => {
  const { context, lines, pinned, made } = await opened();
  assert.equal(made.digest, `gguf:${pinned.bases[base]!.revision}`);
  assert.equal(made.name, 'ollama:tiny:f16, dequantized from F16');
  await proveGgufBase(context, base, made);
  assert.match(lines.join('\n'), /tokens: .* have the token ids/);
  assert.match(lines.join('\n'), /greedy: \d+ greedy tokens of 3 answers agree/);
  assert.match(lines.join('\n'), /ollama:tiny:f16 has a system message of its own in Ollama/);
  assert.equal((await ollama.server.models()).filter(({ name }) => name.startsWith('temper-staging')).length, 0);
});

test('the same file under another name or path is the same base, and is made and proven once', async () => {
  const { context, pinned, made } = await opened();
  const started = await stat(join(made.path, 'config.json'));
  const named = `${deps.root}/tiny.gguf`;
  const resolved = await resolveBase(deps, named, context);
  assert.deepEqual(resolved.model, pinned.bases[base]!.model);
  assert.equal(await baseIdentity(deps, named, { files: {}, bases: {}, models: {} }), made.digest);
  assert.equal((await stat(join(made.path, 'config.json'))).mtimeMs, started.mtimeMs);
  await proveGgufBase({ ...context, deps: { ...deps, python: '/no/such/python' } }, base, made);
});

/** The base with one of its files changed, as a faulty reader of the file would leave it. */
async function broken(name: string, change: (bytes: Buffer) => Buffer): Promise<Awaited<ReturnType<typeof opened>>> {
  const it = await opened();
  const folder = join(deps.root, `broken-${count++}`);
  await cp(it.made.path, folder, { recursive: true });
  await writeFile(join(folder, name), change(await readFile(join(folder, name))));
  const model = await publishFolder(deps, folder, 'model');
  return { ...it, made: { ...it.made, model, path: (await deps.store.open(model)).path } };
}

/** Half of the merges: longer words then fall into pieces. */
function fewerMerges(bytes: Buffer): Buffer {
  const tokenizer = JSON.parse(bytes.toString('utf8'));
  tokenizer.model.merges.length = Math.floor(tokenizer.model.merges.length / 2);
  return Buffer.from(JSON.stringify(tokenizer));
}

/** Exchanges halves of the weights, so that every number is there and none in its place. */
function turned(bytes: Buffer): Buffer {
  const begin = 8 + Number(bytes.readBigUInt64LE());
  const half = begin + 2 * Math.floor((bytes.length - begin) / 4);
  return Buffer.concat([bytes.subarray(0, begin), bytes.subarray(half), bytes.subarray(begin, half)]);
}

for (const [what, name, change, words] of [
  ['cuts words otherwise', 'tokenizer.json', fewerMerges, /tokens: the chat "\w+" (?:has|is cut into) other tokens/],
  ['has other weights', 'model.safetensors', turned, /(?:greedy|stop): /],
] as const)
  test(`a base that ${what} than its file in Ollama is refused before it is trained`, async () => {
    const { context, made } = await broken(name, change);
    await assert.rejects(proveGgufBase(context, base, made), (error) => {
      assert.ok(error instanceof TemperError);
      assert.equal(error.code, 'GGUF_DIFFERS');
      assert.match(error.message, words);
      return true;
    });
  });

test('an adapter is trained on such a base and merged into it, and both say where it came from', async () => {
  const { pinned } = await opened();
  const run = { pins: pinned };
  const rows = join(deps.root, 'rows.jsonl');
  const lines = [1, 2, 3, 4, 5, 6].map((n) =>
    JSON.stringify({ instruction: `What is ${n} plus 1?`, output: `${n + 1}.` }),
  );
  await writeFile(rows, lines.join('\n'));
  const data = await carryOut(prepare(deps), { source: rows }, run);
  const options = { base, dataset: data.outputs.dataset, max_steps: 2, batch_size: 2, precision: 'fp32' };
  const trained = await carryOut(train(deps), options, run);
  const best = await carryOut(checkpoint(deps), { from: trained.outputs.checkpoints }, run);
  const merged = await carryOut(merge(deps), { base, adapter: best.outputs.adapter }, run);
  assert.match(merged.summary, /14 tensors merged, fp16/);
  const { meta } = (await deps.store.open(merged.outputs.model as Handle)).manifest;
  const digest = `gguf:${pinned.bases[base]!.revision}`;
  assert.deepEqual(meta.base, { name: 'ollama:tiny:f16, dequantized from F16', digest });
});

test('a file without a chat template is proven by plain text: only the training needs a template', async () => {
  const bare = join(deps.root, 'bare.gguf');
  const bytes = await readFile(file);
  const key = 'tokenizer.chat_template';
  // Another key of the same length: the file then says nothing of a template.
  bytes.write(key.replace(/.$/, '_'), bytes.indexOf(key));
  await writeFile(bare, bytes);
  const { context, lines } = await contextOf();
  const pinned = { files: {}, bases: { [bare]: await resolveBase(deps, bare, context) }, models: {} };
  await proveGgufBase(context, bare, await openGgufBase(context, bare, pinned));
  assert.match(lines.join('\n'), /tokens: .* have the token ids/);
  assert.match(lines.join('\n'), /greedy: \d+ greedy tokens of 3 answers agree/);
});

test('a name that Ollama does not have is told', async () => {
  const { context } = await contextOf();
  await assert.rejects(resolveBase(deps, 'ollama:nobody', context), { code: 'MODEL_NOT_IN_OLLAMA' });
});

test('the small real model becomes a base whose tokens are cut as its file says', async () => {
  const { path } = await ensureSmallModel(cacheDir(), () => {});
  const { context } = await contextOf();
  const resolved = await resolveBase(deps, path, context);
  assert.equal(resolved.revision, `sha256:${pins.small_model.sha256}`);
  assert.deepEqual([resolved.architecture, resolved.quantization], ['LlamaForCausalLM', 'Q4_1']);
  const folder = await deps.store.open((resolved as Dequantized).model);
  const tokenizer = JSON.parse(await readFile(join(folder.path, 'tokenizer.json'), 'utf8'));
  const cuts = tokenizer.pre_tokenizer.pretokenizers.map((step: { type: string }) => step.type);
  assert.deepEqual(cuts, ['Digits', 'ByteLevel']);
  const settings = JSON.parse(await readFile(join(folder.path, 'tokenizer_config.json'), 'utf8'));
  assert.equal(settings.eos_token, '<|im_end|>');
  assert.ok((await stat(join(folder.path, 'model.safetensors'))).size > 260_000_000);
});
