// needs: nothing
import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inspectBase } from '../../../services/inspection/inspect-base.ts';
import { writeSmallBase, writeWeights } from '../../rig/small-base.ts';

let root: string;
let base: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'temper-inspect-'));
  base = join(root, 'base');
  await writeSmallBase(base, { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', num_hidden_layers: 1 });
});
after(async () => await rm(root, { recursive: true, force: true }));

let count = 0;
async function copied(change: (folder: string) => Promise<unknown>) {
  const folder = join(root, `copy-${count++}`);
  await cp(base, folder, { recursive: true });
  await change(folder);
  return await inspectBase(folder);
}

test('what lies beside a base model, and how its settings are spaced, changes nothing', async () => {
  const { parts } = await inspectBase(base);
  const copy = await copied(async (folder) => {
    await writeFile(join(folder, 'README.md'), 'A copy.');
    await writeFile(join(folder, '.DS_Store'), 'x');
    await writeFile(join(folder, 'config.json~'), '{}');
    await writeFile(join(folder, 'pytorch_model.bin'), 'x');
    await writeFile(join(folder, 'base.gguf'), 'x');
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify(JSON.parse(await readFile(config, 'utf8')), null, 4));
    await utimes(config, 1, 1);
  });
  assert.deepEqual(copy.parts, parts);
});

test('a folder of links, as in a cache of the Hub, is the same base model', async () => {
  const { parts } = await inspectBase(base);
  const linked = await copied(async (folder) => {
    await rename(join(folder, 'model.safetensors'), join(root, 'blob'));
    await symlink(join(root, 'blob'), join(folder, 'model.safetensors'));
  });
  assert.deepEqual(linked.parts, parts);
});

for (const [what, file, change] of [
  ['a setting', 'config.json', async (path: string) => await writeFile(path, '{"num_hidden_layers": 2}')],
  [
    'the last byte of the weights',
    'model.safetensors',
    async (path: string) => {
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = 1;
      await writeFile(path, bytes);
    },
  ],
  ['the tokenizer', 'tokenizer.json', async (path: string) => await writeFile(path, '{"a": 1}')],
  ['the template', 'tokenizer_config.json', async (path: string) => await writeFile(path, '{"chat_template": "x"}')],
] as const)
  test(`another base model shows itself in its file: ${what}`, async () => {
    const { parts } = await inspectBase(base);
    const other = await copied(async (folder) => await change(join(folder, file)));
    assert.deepEqual(
      Object.keys(parts).filter((name) => parts[name] !== other.parts[name]),
      [file],
    );
  });

for (const [why, file, change] of [
  [
    'lfs',
    'model.safetensors',
    async (path: string) => await writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n'),
  ],
  [
    'lfs',
    'tokenizer.json',
    async (path: string) => await writeFile(path, 'version https://git-lfs.github.com/spec/v1\n'),
  ],
  ['page', 'config.json', async (path: string) => await writeFile(path, '<!DOCTYPE html>\n<html>')],
  ['empty', 'model.safetensors', async (path: string) => await truncate(path, 0)],
  ['short', 'model.safetensors', async (path: string) => await truncate(path, (await readFile(path)).length - 1)],
  [
    'not-weights',
    'model.safetensors',
    async (path: string) => await writeFile(path, 'PK\u0003\u0004 an archive of some kind'),
  ],
  ['not-json', 'config.json', async (path: string) => await appendFile(path, '}')],
] as const)
  test(`a file of a base model that cannot be what it should is found: ${file}, ${why}`, async () => {
    const { broken } = await copied(async (folder) => await change(join(folder, file)));
    assert.deepEqual(broken, [{ file, why }]);
  });

test('weights that the index names and nobody has are found', async () => {
  const facts = await copied(async (folder) => {
    await rename(join(folder, 'model.safetensors'), join(folder, 'model-00001-of-00002.safetensors'));
    const map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' };
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  });
  assert.deepEqual(facts.missing, ['model-00002-of-00002.safetensors']);
  assert.deepEqual(facts.broken, []);
});

test('the header of the weights tells their names and sizes', async () => {
  const { weights } = await copied(async (folder) => {
    await writeWeights(join(folder, 'model.safetensors'), {
      'model.embed_tokens.weight': [10, 3],
      'lm_head.weight': [10, 3],
    });
  });
  assert.deepEqual(weights, {
    bytes: 120,
    numbers: 60,
    names: ['model.embed_tokens.weight', 'lm_head.weight'],
    embeddings: 10,
  });
});
