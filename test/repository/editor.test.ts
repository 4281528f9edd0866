// needs: nothing
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { LanguageServer, type Position } from '../rig/language-server.ts';
import { root } from '../rig/temper.ts';

/** The line that every example has, by which editors find the schema. */
const head = '# yaml-language-server: $schema=../pipeline.schema.json\n';

let server: LanguageServer;
before(async () => {
  server = await LanguageServer.start(root);
});
after(async () => await server.stop());

let documents = 0;
/** Opens a text with `|` where the cursor stands. */
async function opened(text: string) {
  documents += 1;
  const path = join(root, 'pipelines', `edited-${documents}.yaml`);
  const at = text.indexOf('|');
  const lines = `${head}${at < 0 ? text : text.slice(0, at)}`.split('\n');
  const position: Position = { line: lines.length - 1, character: lines.at(-1)!.length };
  const found = await server.open(path, `${head}${text.replace('|', '')}`);
  return { found, where: { textDocument: { uri: pathToFileURL(path).href }, position } };
}

async function completed(text: string): Promise<{ label: string; documentation?: unknown }[]> {
  const { where } = await opened(text);
  const list = (await server.ask('textDocument/completion', where)) as { items: { label: string }[] };
  return list.items;
}

const labels = async (text: string) => (await completed(text)).map(({ label }) => label);
const mistakes = async (text: string) => (await opened(text)).found.map(({ message }) => message);

async function hovered(text: string): Promise<string> {
  const { where } = await opened(text);
  const hover = (await server.ask('textDocument/hover', where)) as { contents: { value: string } } | null;
  return hover?.contents.value ?? '';
}

const step = (body: string) => `name: probe\nsteps:\n  a:\n${body}`;

test('an editor offers the keys of a document, the kinds of steps and the options of the kind', async () => {
  const keys = await labels('name: probe\n|');
  for (const key of ['steps', 'inputs', 'on', 'on_failure']) assert.ok(keys.includes(key), `${keys}`);
  const kinds = await labels(step('    uses: |\n'));
  for (const kind of ['prepare', 'train', 'promote']) assert.ok(kinds.includes(kind), `${kinds}`);
  const options = await labels(step('    uses: train\n    with:\n      |\n'));
  assert.ok(options.includes('learning_rate') && options.includes('lora'), `${options}`);
  assert.ok(!options.includes('eval_split'), 'an option of another kind');
  assert.ok((await labels(step('    uses: train\n    with:\n      lr_scheduler: |\n'))).includes('cosine'));
});

test('an editor explains an option where the mouse rests', async () => {
  assert.match(await hovered(step('    uses: train\n    with:\n      learn|ing_rate: 1e-4\n')), /Peak learning rate/);
  assert.match(
    await hovered(step('    uses: train\n    with:\n      lora: { targ|et_modules: [q_proj] }\n')),
    /Layers that get/,
  );
});

test('an editor marks an unknown key, an unknown option and a value of the wrong type', async () => {
  assert.match((await mistakes(`${step('    uses: approve\n')}nmae: x\n`)).join(), /nmae/);
  assert.match((await mistakes(step('    uses: prepare\n    with: { source: ./x, sorce: ./y }\n'))).join(), /sorce/);
  assert.match(
    (await mistakes(step('    uses: prepare\n    with: { source: ./x, eval_split: much }\n'))).join(),
    /number|pattern/i,
  );
  assert.deepEqual(await mistakes(step('    uses: prepare\n    with: { source: ./x, eval_split: 0.2 }\n')), []);
});

test('an editor takes an expression for every value that can have one', async () => {
  const options = `base: "\${{ inputs.base }}", dataset: "\${{ steps.data.outputs.dataset }}", epochs: "\${{ inputs.n }}", packing: "\${{ inputs.p }}", lora: { r: "\${{ matrix.r }}" }`;
  const text = `name: probe
inputs: { base: {}, n: { type: number }, p: { type: boolean } }
steps:
  data: { uses: prepare, with: { source: "\${{ inputs.base }}" } }
  a: { uses: train, matrix: { r: [8] }, with: { ${options} } }
`;
  assert.deepEqual(await mistakes(text), []);
});

for (const name of readdirSync(join(root, 'pipelines')).filter((each) => each.endsWith('.yaml')))
  test(`an editor finds nothing wrong in pipelines/${name}`, async () => {
    const path = join(root, 'pipelines', name);
    assert.deepEqual(await server.open(path, readFileSync(path, 'utf8')), []);
  });
