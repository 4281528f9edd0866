import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { generated } from '../../scripts/generate.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const documents = (folder: string) =>
  readdirSync(new URL(`../../${folder}`, import.meta.url)).filter((name) => name.endsWith('.yaml'));

for (const [path, make] of Object.entries(generated)) {
  test(`${path} is what its definitions make (if not: npm run generate)`, () => assert.equal(read(path), make()));
}

const accepts: ValidateFunction = new Ajv({ allErrors: true, strict: false }).compile(
  JSON.parse(read('pipeline.schema.json')),
);
const told = () => JSON.stringify(accepts.errors, null, 1);

for (const name of documents('pipelines')) {
  test(`the editor's schema accepts pipelines/${name}`, () =>
    assert.ok(accepts(parse(read(`pipelines/${name}`))), told()));
}

/** What no schema can see: the text is no YAML, or the mistake is inside an expression or between steps. */
const beyondSchemas = [
  'circle',
  'colon-in-value',
  'github-style-condition',
  'on-failure',
  'same-key-twice',
  'score-without-references',
  'secret-in-the-open',
  'sweep',
  'tab-indentation',
  'unclosed-quote',
  'unquoted-expression',
  'unquoted-star',
];
for (const name of documents('pipelines/invalid')) {
  const isBeyond = beyondSchemas.includes(name.replace('.yaml', ''));
  test(`the editor's schema ${isBeyond ? 'cannot refuse' : 'refuses'} pipelines/invalid/${name}`, () => {
    const isAccepted = accepts(parseOr(read(`pipelines/invalid/${name}`)));
    assert.equal(isAccepted, isBeyond, told());
  });
}

/** Broken YAML underlines itself in an editor. */
function parseOr(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return { name: 'p', steps: { a: { uses: 'run', with: { command: ['x'] } } } };
  }
}

const step = (uses: string, options: object) => ({ name: 'p', steps: { a: { uses, with: options } } });
const dataset = '${{ steps.data.outputs.dataset }}';
const cases: readonly [string, unknown, boolean][] = [
  ['a number where one belongs', step('train', { base: './b', dataset, epochs: 3 }), true],
  ['an expression for a number', step('train', { base: './b', dataset, epochs: '${{ inputs.epochs }}' }), true],
  ['an expression for one of several words', step('quantize', { model: dataset, type: '${{ inputs.type }}' }), true],
  ['an expression inside a name', step('import', { gguf: dataset, name: 'my-${{ inputs.name }}:candidate' }), true],
  ['text for a number', step('train', { base: './b', dataset, epochs: 'three' }), false],
  [
    'an expression inside text for a number',
    step('train', { base: './b', dataset, epochs: 'x ${{ inputs.epochs }}' }),
    false,
  ],
  ['a path for an artifact', step('train', { base: './b', dataset: './rows.jsonl' }), false],
  [
    'an artifact written out',
    step('train', { base: './b', dataset: { uri: '', digest: '', size: 0, kind: 'dataset' } }),
    false,
  ],
  ['an option of another kind', step('merge', { base: './b', adapter: dataset, epochs: 3 }), false],
  ['a step without the options it needs', { name: 'p', steps: { a: { uses: 'train' } } }, false],
  ['no steps', { name: 'p', steps: {} }, false],
];
for (const [what, document, isGood] of cases) {
  test(`the editor's schema ${isGood ? 'accepts' : 'refuses'} ${what}`, () =>
    assert.equal(accepts(document), isGood, told()));
}

test('an editor finds the options of a kind by its `uses`, each with a description', () => {
  const schema = JSON.parse(read('pipeline.schema.json'));
  for (const [kind, { description, properties }] of Object.entries<{
    description: string;
    properties: Record<string, { description?: string }>;
  }>(schema.definitions)) {
    assert.ok(description, kind);
    for (const [option, { description: about }] of Object.entries(properties))
      assert.ok(about, `${kind}.${option} has no description`);
  }
});

test('the schema names no host but that of JSON Schema', () => {
  const hosts = read('pipeline.schema.json').match(/https?:\/\/[^/"]+/g) ?? [];
  assert.deepEqual([...new Set(hosts)], ['http://json-schema.org']);
});
