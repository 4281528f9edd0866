// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseEngine, type ModelFacts, readModelFacts } from '../../../activities/quantize/gguf/choose-engine.ts';

const qwen2: ModelFacts = {
  architecture: 'Qwen2ForCausalLM',
  pretokenizer: '1ff7f41064896984db5d1bb6ff64fa4bc29007d08c1b439e505b7392777a319e',
  bitsPerWeight: 16,
};

for (const [what, facts, type, engine] of [
  ['a known model in a known type', qwen2, 'q8_0', 'ollama'],
  ['f32, which Ollama converts by way of f16', qwen2, 'f32', 'llama.cpp'],
  ['an architecture that Ollama refuses', { ...qwen2, architecture: 'Qwen3ForCausalLM' }, 'f16', 'llama.cpp'],
  [
    'a pre-tokenizer that Ollama would confuse with another',
    { ...qwen2, pretokenizer: 'ab'.repeat(32) },
    'f16',
    'llama.cpp',
  ],
  ['digits one by one, which have no pattern', { ...qwen2, pretokenizer: 'Digits + ByteLevel' }, 'f16', 'llama.cpp'],
  [
    'a sentencepiece tokenizer',
    { ...qwen2, architecture: 'LlamaForCausalLM', pretokenizer: undefined },
    'q4_K_M',
    'ollama',
  ],
] as const) {
  test(`engine auto takes ${engine} for ${what}`, () => {
    assert.equal(chooseEngine(facts, type, 'auto').engine, engine);
  });
}

const bytes = { type: 'ByteLevel', add_prefix_space: false };
// Gemma's: SentencePiece needs no pre-tokenizer, and this one splits at no letter.
const spaces = { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious' };

for (const [cut, found] of [
  [{ type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, bytes] }, 'Digits + ByteLevel'],
  [bytes, 'ByteLevel'],
  [{ ...bytes, use_regex: false }, undefined],
  [spaces, undefined],
  [null, undefined],
] as const) {
  test(`Ollama's converter must know ${found ?? 'nothing'} of the pre-tokenizer ${JSON.stringify(cut)}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'facts-'));
    await writeFile(join(folder, 'config.json'), JSON.stringify({ architectures: ['LlamaForCausalLM'] }));
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ pre_tokenizer: cut }));
    assert.equal((await readModelFacts(folder)).pretokenizer, found);
    await rm(folder, { recursive: true });
  });
}
