import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BaseFacts } from '../../../core/checks/base-facts.ts';
import { findingsIn, road, soundBase } from '../../rig/known.ts';

const merge = (base: string) =>
  `{ uses: merge, with: { base: ${base}, adapter: "\${{ steps.best.outputs.adapter }}" } }`;
const train = (base: string) =>
  `{ uses: train, with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}", max_steps: 60 } }`;
const facts = (...bases: [string, BaseFacts][]) => ({
  bases: new Map(bases.map(([name, each]) => [`/d/${name}`, each])),
});

test('a copy of the base model is the same base model', () => {
  assert.deepEqual(findingsIn(road({ merged: merge('./copy') }), facts(['base', soundBase], ['copy', soundBase])), []);
});

test('a merge into another base model is refused and names the file that differs', () => {
  const other = { ...soundBase, parts: { ...soundBase.parts, 'config.json': 'z' } };
  assert.deepEqual(findingsIn(road({ merged: merge('./other') }), facts(['base', soundBase], ['other', other])), [
    'error WRONG_BASE merged.base: /d/other is not the base model that step "train" trains on, /d/base: their config.json differs',
  ]);
});

test('two models of the Hub differ by name; two revisions of one may be one commit', () => {
  const hub = (one: string, other: string) => findingsIn(road({ train: train(one), merged: merge(other) })).length;
  assert.equal(hub('Qwen/Qwen2.5-0.5B', 'Qwen/Qwen2.5-0.5B-Instruct'), 1);
  assert.equal(hub('Qwen/Qwen2.5-0.5B', 'qwen/qwen2.5-0.5b@main'), 0);
  assert.equal(hub('Qwen/Qwen2.5-0.5B', './base'), 1);
});

test('an adapter alone needs a base that Ollama can have', () => {
  const onto = (base: string) =>
    findingsIn(
      road({
        other: '{ uses: run, with: { command: [make], outputs: { model: { path: m, type: model } } } }',
        train: train(base),
        model: '{ uses: import, with: { adapter: "${{ steps.best.outputs.adapter }}", name: m } }',
      }),
    ).filter((line) => line.includes('model.adapter'));
  for (const base of ['Qwen/Qwen2.5-0.5B', './base', '"${{ steps.other.outputs.model }}"'])
    assert.match(
      onto(base).join(),
      /^error WRONG_BASE model.adapter: Ollama has no model of exactly the weights/,
      base,
    );
  for (const base of ['ollama:qwen2.5:7b', './model.gguf']) assert.deepEqual(onto(base), [], base);
});

test('a base that only the run knows is not judged', () => {
  assert.deepEqual(
    findingsIn(road({ merged: merge('"${{ inputs.base }}"') }).replace('steps:', 'inputs: { base: {} }\nsteps:')),
    [],
  );
});

const withBase = (change: Partial<BaseFacts>, steps = {}) =>
  findingsIn(road(steps), facts(['base', { ...soundBase, ...change }])).filter((line) => !line.includes('merged.base'));
const config = (change: object) => ({ config: { ...soundBase.config, ...change } });
const without = (name: string) => ({ names: soundBase.names.filter((each) => each !== name) });

test('a sound base model has no findings', () => {
  assert.deepEqual(withBase({}), []);
});

for (const [what, change, words] of [
  ['an absent folder', { is: 'absent', names: [] }, 'not-yet FILE_NOT_FOUND train.base: /d/base does not exist'],
  ['a single file', { is: 'file' }, 'BASE_INCOMPLETE train.base: /d/base is a file; a base model is a folder'],
  ['an adapter', { names: ['adapter_config.json'] }, '/d/base holds an adapter (adapter_config.json)'],
  [
    'a pointer of Git LFS',
    { broken: [{ file: 'model.safetensors', why: 'lfs' }] },
    '/d/base/model.safetensors is a pointer of Git LFS',
  ],
  ['a web page', { broken: [{ file: 'config.json', why: 'page' }] }, '/d/base/config.json is a web page'],
  ['a file that was cut off', { broken: [{ file: 'model.safetensors', why: 'short' }] }, 'is cut off'],
  ['an empty file', { broken: [{ file: 'tokenizer.json', why: 'empty' }] }, '/d/base/tokenizer.json is empty'],
  ['no config', { names: ['a.gguf'] }, 'has no config.json, so it is not the folder of a model; it holds 1 GGUF file'],
  ['no tokenizer', without('tokenizer.json'), '/d/base has no tokenizer (tokenizer.json)'],
  [
    'a missing file of weights',
    { missing: ['model-00002-of-00002.safetensors'] },
    'lacks 1 file of weights that its index names: model-00002',
  ],
  [
    'pickles only',
    { names: ['config.json', 'tokenizer.json', 'pytorch_model.bin'] },
    'UNSAFE_WEIGHTS train.base: /d/base has its weights only as pickle files (pytorch_model.bin)',
  ],
  ['no weights', without('model.safetensors'), 'has no model.safetensors'],
  ['no chat template', { hasTemplate: false }, 'NO_TEMPLATE train.base: /d/base has no chat template'],
  ['fewer layers than its config says', config({ num_hidden_layers: 4 }), 'have 2 of the 4 layers'],
  ['no output layer', config({ tie_word_embeddings: false }), 'has no output layer (lm_head)'],
  [
    'a token without an embedding',
    { highestAddedToken: 400 },
    'has a token 400, and its weights only embeddings for 400 tokens',
  ],
  [
    'an encoder',
    config({ model_type: 'bert', architectures: ['BertForMaskedLM'] }),
    'is a BertForMaskedLM, which does not continue a text',
  ],
  [
    'a translator',
    config({ model_type: 't5', architectures: ['T5ForConditionalGeneration'] }),
    'is of type "t5", for which the training library has no language model',
  ],
  [
    'a model that hears',
    config({ model_type: 'whisper', architectures: ['WhisperForConditionalGeneration'], is_encoder_decoder: true }),
    'does not continue a text',
  ],
  [
    'a model that sees',
    config({ model_type: 'llava', architectures: ['LlavaForConditionalGeneration'] }),
    'is of type "llava"',
  ],
  [
    'a model of texts and images',
    config({ model_type: 'gemma3', architectures: ['Gemma3ForConditionalGeneration'], vision_config: {} }),
    '/d/base also takes images or sounds (vision_config); temper trains on text',
  ],
  [
    'a model with code of its own',
    config({ model_type: 'chatglm', auto_map: {} }),
    'it brings code of its own, which temper does not run',
  ],
  [
    'a model of embeddings',
    { names: [...soundBase.names, 'config_sentence_transformers.json'] },
    'warning UNSUPPORTED_ARCHITECTURE train.base: /d/base is made to compare texts',
  ],
  [
    'a quantized model',
    config({ quantization_config: { quant_method: 'gptq' } }),
    'QUANTIZED_BASE train.base: /d/base is quantized already (gptq), and an adapter merged',
  ],
] as [string, Partial<BaseFacts>, string][])
  test(`a base model that cannot do is told before the training: ${what}`, () => {
    const found = withBase(change);
    assert.equal(found.length, 1, found.join());
    assert.ok(found[0]!.includes(words), found[0]);
  });

test('a template of its own makes up for a base model without one', () => {
  const own = train('./base').replace('max_steps', 'template: ./t.jinja, max_steps');
  assert.deepEqual(withBase({ hasTemplate: false }, { train: own }), []);
});

test('only the tokenizer of a base that counts tokens is looked at', () => {
  const data = '{ uses: prepare, with: { source: ./rows.jsonl, tokenizer: ./tokens } }';
  const names = ['config.json', 'tokenizer.json'];
  assert.deepEqual(findingsIn(road({ data }), facts(['base', soundBase], ['tokens', { ...soundBase, names }])), []);
});

test('a model of the Hub of which the cache has a part is not called incomplete', () => {
  const cached = {
    ...soundBase,
    is: 'cached' as const,
    names: ['config.json'],
    ...config({ quantization_config: { quant_method: 'fp8' } }),
  };
  const found = findingsIn(road({ train: train('o/m'), merged: merge('o/m') }), { bases: new Map([['o/m', cached]]) });
  assert.deepEqual(
    found.map((line) => line.split(':')[0]),
    ['error QUANTIZED_BASE train.base', 'error QUANTIZED_BASE merged.base'],
  );
});

test('layers to train that the base does not have are named, with those that it has', () => {
  const lora = (names: string) =>
    withBase({}, { train: train('./base').replace('max_steps', `lora: { target_modules: [${names}] }, max_steps`) });
  assert.deepEqual(lora('q_proj, v_proj'), []);
  assert.deepEqual(lora('q_proj, lm_head'), []);
  assert.deepEqual(lora('c_attn'), [
    'error BAD_TARGET_MODULES train.lora.target_modules: the base model has no layers named "c_attn"',
  ]);
  assert.deepEqual(lora('q_proj, query_proj'), [
    'warning BAD_TARGET_MODULES train.lora.target_modules: the base model has no layers named "query_proj", so they are left out',
  ]);
});

test('longer texts than the base model can place are a warning, in training and in the served model', () => {
  const model =
    '{ uses: import, with: { gguf: "${{ steps.gguf.outputs.gguf }}", name: "my:candidate", parameters: { num_ctx: 8192 } } }';
  const steps = { train: train('./base').replace('max_steps', 'max_length: 8192, max_steps'), model };
  assert.deepEqual(withBase({}, steps), [
    'warning BAD_OPTIONS train.max_length: /d/base knows 4096 positions of tokens, fewer than 8192',
    'warning BAD_OPTIONS model.parameters.num_ctx: /d/base knows 4096 positions of tokens, fewer than 8192',
  ]);
});

test('a folder beside the document is not taken for a model of the Hub', () => {
  const steps = { train: train('models/tiny'), merged: merge('models/tiny') };
  assert.deepEqual(
    findingsIn(road(steps), { foldersBeside: new Set(['models/tiny']) })[0],
    'error MODEL_NOT_FOUND train.base: "models/tiny" is the name of a model on the Hub, and also a folder beside this document',
  );
});

test('an architecture that the wanted converter does not know is told before the training', () => {
  const gguf = (engine: string) => ({
    gguf: `{ uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", engine: ${engine} } }`,
  });
  const other = config({ model_type: 'phi', architectures: ['PhiForCausalLM'] });
  assert.deepEqual(withBase(other, gguf('ollama')), [
    "error UNSUPPORTED_ARCHITECTURE train.base: /d/base is a PhiForCausalLM, which Ollama's converter does not know",
  ]);
  assert.deepEqual(withBase(other, gguf('auto')), []);
});
