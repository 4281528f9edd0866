import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn } from '../../rig/known.ts';

const prepare = (options: string) => `name: p\nsteps:\n  data: { uses: prepare, with: ${options} }\n`;

test('a dataset that may not be fetched and is not on this disk is told before the run', () => {
  const forbiddenRows = new Map([['hub:org/rows split: test', 'HF_HUB_OFFLINE']]);
  const told = 'is not on this disk, and HF_HUB_OFFLINE forbids to fetch it';
  assert.deepEqual(findingsIn(prepare('{ source: "hub:org/rows", split: test }'), { forbiddenRows }), [
    `not-yet HUB_FORBIDDEN data.source: hub:org/rows ${told}`,
  ]);
  const mix = '{ source: ./a.jsonl, mix: { more: { source: "hub:org/rows", split: test } } }';
  assert.deepEqual(findingsIn(prepare(mix), { forbiddenRows }), [
    `not-yet HUB_FORBIDDEN data.mix.more.source: hub:org/rows ${told}`,
  ]);
});

test('options that choose files of a dataset say nothing beside a file, and exclude each other', () => {
  assert.deepEqual(findingsIn(prepare('{ source: ./a.jsonl, split: train }')), [
    'warning UNUSED data.split: `split` has no effect beside `source: a file`',
  ]);
  assert.deepEqual(findingsIn(prepare('{ source: "hub:org/rows", split: train, files: "a/*" }')), [
    'error BAD_OPTIONS data.split: `split` and `files` exclude each other',
  ]);
});

for (const [source, isName] of [
  ['hub:org/rows', true],
  ['hub:org/rows@refs/convert/parquet', true],
  ['hub:squad', true],
  ['hub:org/rows/data', false],
  ['hub:org/../rows', false],
  ['hub:', false],
] as const)
  test(`${source} is ${isName ? 'a' : 'no'} name of a dataset`, () => {
    const found = () => findingsIn(prepare(JSON.stringify({ source })));
    if (isName) assert.deepEqual(found(), []);
    else assert.throws(found, /is no dataset of the Hub: write `hub:org\/name`, or `hub:org\/name@revision`/);
  });

test('documents are not read from the Hub', () => {
  const options = '{ from: documents, documents: { writer: { model: m } }, source: "hub:org/rows" }';
  assert.throws(() => findingsIn(prepare(options)), /documents-of-hub/);
});
