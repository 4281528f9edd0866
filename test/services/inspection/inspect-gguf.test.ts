// needs: nothing
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ggufArchitectures } from '../../../core/kinds/gguf-architectures.ts';
import { inspectGguf } from '../../../services/inspection/inspect-gguf.ts';
import { storedModel } from '../../../services/ollama/stored-model.ts';
import { smallGguf } from '../../rig/smallest-gguf.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'temper-gguf-'));
});
after(async () => await rm(root, { recursive: true, force: true }));

const metadata = {
  'general.architecture': 'qwen2',
  'general.name': 'Qwen2.5 7B Instruct',
  'general.file_type': 15,
  'qwen2.context_length': 32_768,
  'tokenizer.ggml.tokens': ['a', 'b', '水'.repeat(400_000)],
  'tokenizer.chat_template': '{{ messages }}',
};
const tensors = { 'token_embd.weight': [8, 3], 'blk.0.attn_q.weight': [8, 8], 'blk.0.attn_q.bias': [8] };

async function written(name: string, bytes: Buffer): Promise<string> {
  const path = join(root, name);
  await writeFile(path, bytes);
  return path;
}

test('the header of a GGUF file tells what the base model made of it will be', async () => {
  const facts = await inspectGguf(await written('a.gguf', smallGguf(metadata, tensors)));
  assert.deepEqual(facts.gguf, {
    architecture: 'qwen2',
    kind: 'model',
    parts: 1,
    experts: 0,
    hasEncoder: false,
    quantization: 'Q4_K_M',
    title: 'Qwen2.5 7B Instruct',
  });
  assert.equal(facts.hasTemplate, true);
  assert.deepEqual(facts.config, {
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    max_position_embeddings: 32_768,
    vocab_size: 3,
    tie_word_embeddings: true,
  });
  assert.deepEqual([facts.weights.numbers, facts.weights.embeddings], [24 + 64 + 8, 3]);
  assert.ok(facts.weights.names.includes('model.layers.0.self_attn.q_proj.weight'));
});

test('an encoder beside the language model and the original are found by their keys', async () => {
  const more = { 'qwen2.vision.block_count': 2, 'general.source.huggingface.repository': 'Qwen/Qwen2.5-7B-Instruct' };
  const { gguf } = await inspectGguf(await written('b.gguf', smallGguf({ ...metadata, ...more })));
  assert.deepEqual([gguf?.hasEncoder, gguf?.original], [true, 'Qwen/Qwen2.5-7B-Instruct']);
});

test('what is no GGUF file, or cut off in its header, is broken', async () => {
  const whole = smallGguf(metadata, tensors);
  for (const bytes of [Buffer.from('GGUF'), Buffer.alloc(64), whole.subarray(0, 1_000_000)]) {
    const { broken } = await inspectGguf(await written('c.gguf', bytes));
    assert.deepEqual(broken, [{ file: 'c.gguf', why: 'not-gguf' }]);
  }
});

test('a GGUF file whose weights are cut off is shorter than its header says', async () => {
  const whole = smallGguf(metadata, tensors);
  assert.deepEqual((await inspectGguf(await written('d.gguf', whole))).broken, []);
  const { broken } = await inspectGguf(await written('d.gguf', whole.subarray(0, -1)));
  assert.deepEqual(broken, [{ file: 'd.gguf', why: 'short' }]);
});

test('a model in the folder of an Ollama is found without asking the server, and no path leads out of it', async () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest }];
  for (const place of ['registry.ollama.ai/library/qwen2.5', 'hf.co/me/model-GGUF']) {
    await mkdir(join(root, 'manifests', place), { recursive: true });
    await writeFile(join(root, 'manifests', place, '7b'), JSON.stringify({ layers }));
  }
  const blob = join(root, 'blobs', digest.replace(':', '-'));
  assert.equal(await storedModel('qwen2.5:7b', [root]), blob);
  assert.equal(await storedModel('library/Qwen2.5:7B', [root]), blob);
  assert.equal(await storedModel('hf.co/me/model-gguf:7b', [root]), undefined);
  assert.equal(await storedModel('qwen2.5', [root]), undefined);
  assert.equal(await storedModel('../../x:7b', [root]), undefined);
});

test('the architectures that the checks know are those that the trainer reads', async () => {
  const text = await readFile(new URL('../../../trainer/gguf/architectures.py', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('ARCHITECTURES = {'));
  const read = [...table.matchAll(/"(\w+)": Architecture\(\s*"(\w+)", "(\w+)"/g)].map(([, name, ...both]) => [
    name,
    both,
  ]);
  assert.deepEqual(Object.fromEntries(read), ggufArchitectures);
});
