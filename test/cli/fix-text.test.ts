// needs: nothing
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkText, fixText } from '../../cli/runs/check-text.ts';
import { isError } from '../../core/language/diagnostic.ts';
import { root } from '../rig/temper.ts';

let file: string;
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'temper-fix-'));
  file = join(folder, 'p.yaml');
  await writeFile(join(folder, 'rows.jsonl'), '{"prompt": "Name a gas.", "answer": "Neon."}\n');
});
after(async () => await rm(join(file, '..'), { recursive: true, force: true }));

const repaired = async (text: string) => (await fixText(text, file)).after;
const reasonsIn = async (text: string) =>
  (await checkText(text, file)).problems.flatMap(({ diagnostics }) => diagnostics.map(({ reason }) => reason));

test('misspelled words of every kind are repaired, and no other character changes', async () => {
  const text = `naem: probe # who
on: { schedule: [{ cron: "@daily", timezone: europe/berlin }] }
inputs: { epochs: { type: number, default: 3 } }

steps:
  # the rows
  data: { uses: preparee, with: { sorce: ./rows.jsonl } }
  train:
    uses: train
    needs: [dta]
    with:
      base: Qwen/Qwen2.5-0.5B   # small
      dataset: "\${{ steps.data.outputs.datset }}"
      epochs: \${{ inputs.epoch }}
      learning_rate: "2e-4"
      lr_scheduler: cosin
      packing: yes
`;
  const { text: after, problems } = await repaired(text);
  assert.deepEqual(problems, []);
  assert.equal(
    after,
    text
      .replace('naem', 'name')
      .replace('@daily', '0 0 * * *')
      .replace('europe/berlin', 'Europe/Berlin')
      .replace('preparee', 'prepare')
      .replace('sorce', 'source')
      .replace('dta', 'data')
      .replace('datset', 'dataset')
      .replace('inputs.epoch }', 'inputs.epochs }')
      .replace('"2e-4"', '0.0002')
      .replace('cosin\n', 'cosine\n')
      .replace('yes', 'true'),
  );
});

test('what is unused, idle, constant or of another base is repaired, with its comments kept', async () => {
  const text = `name: probe
inputs:
  # how often
  epochs: { type: number, default: 3 } # unused
  base: { default: Qwen/Qwen2.5-0.5B }
steps:
  data:
    uses: prepare
    with: { source: ./rows.jsonl, max_bad_rows: 0.1 } # rows
  train:
    uses: train
    if: 1 < 2 # always
    with:
      base: \${{ inputs.base }}
      dataset: \${{ steps.data.outputs.dataset }}
      # long
      epochs: 10
      max_steps: 20
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: Qwen/Qwen2.5-1.5B, adapter: "\${{ steps.best.outputs.adapter }}" } }
`;
  assert.deepEqual((await reasonsIn(text)).sort(), [
    'constant-condition',
    'idle-option',
    'idle-option',
    'other-base',
    'unused-input',
  ]);
  const { text: after, problems } = await repaired(text);
  assert.deepEqual(problems, []);
  assert.equal(
    after,
    text
      .replace('  epochs: { type: number, default: 3 } # unused\n', '')
      .replace(', max_bad_rows: 0.1', '')
      .replace('    if: 1 < 2 # always\n', '')
      .replace('      epochs: 10\n', '')
      .replace('Qwen/Qwen2.5-1.5B', '"${{ inputs.base }}"'),
  );
});

test('a repair that would make a key twice is not made', async () => {
  const text = 'name: probe\nsteps:\n  data: { uses: prepare, with: { source: ./rows.jsonl, sorce: ./rows.jsonl } }\n';
  assert.equal((await repaired(text)).text, text);
});

const folders = ['pipelines', 'pipelines/invalid'];
for (const path of folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))) {
  if (!path.endsWith('.yaml')) continue;
  test(`a repair of ${path} keeps every comment, and a second one changes nothing`, async () => {
    const text = readFileSync(join(root, path), 'utf8');
    const own = join(root, path);
    const once = (await fixText(text, own)).after;
    const twice = await fixText(once.text, own);
    assert.equal(twice.after.text, once.text);
    const comments = (of: string) => of.match(/(?:^|\s)#.*$/gm) ?? [];
    assert.deepEqual(comments(once.text), comments(text));
    if (!path.includes('invalid')) assert.equal(once.text, text, 'a shipped pipeline has nothing to repair');
  });
}

test('no shipped pipeline has a finding', async () => {
  for (const name of readdirSync(join(root, 'pipelines')).filter((each) => each.endsWith('.yaml'))) {
    const path = join(root, 'pipelines', name);
    const { problems } = await checkText(readFileSync(path, 'utf8'), path);
    // A small disk of the machine that tests is no mistake of the document, nor is the small model that its Ollama has.
    const found = problems
      .flatMap(({ diagnostics }) => diagnostics)
      .filter((each) => isError(each) || !/^(?:beyond-|gguf-quantized$)/.test(each.reason));
    assert.deepEqual(found, [], name);
  }
});
