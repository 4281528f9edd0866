import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import {
  chooseDocumentBase,
  chooseWriter,
  documentPipeline,
  isDocumentName,
} from '../../../core/init/document-pipeline.ts';
import type { Capacity } from '../../../core/init/facts.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';

const machine: Capacity = { device: 'cpu', memory: 24e9, processors: 8, disk: 200e9, models: [] };
const gpu: Capacity = { ...machine, device: 'cuda', deviceName: 'GPU', deviceMemory: 24e9, memory: 64e9 };
const places = { name: 'my-thesis', schema: 's', source: './thesis.pdf', review: './my-thesis.review.jsonl', head: [] };
const rules = { fromDocument: (path: string) => resolve('/here', path), fromShell: resolve };

for (const [name, capacity] of [
  ['processors', machine],
  ['a GPU', gpu],
] as const)
  test(`the pipeline for a document on ${name} is valid, and trains on reviewed rows alone`, () => {
    const base = chooseDocumentBase(capacity, 'zh');
    const text = documentPipeline(base, chooseWriter(capacity), places);
    const { plan } = makePlan(text, '/here/my-thesis.yaml', {}, rules);
    assert.ok(plan, text);
    const { documents } = plan.steps[0]!.with as { documents: Record<string, unknown> };
    assert.deepEqual([documents.unreviewed, documents.review], ['refuse', '/here/my-thesis.review.jsonl']);
    assert.ok(!/smollm/.test(base.base), 'a base for Chinese knows Chinese');
  });

test('the writer is the largest model of Ollama that the memory holds, and no small one', () => {
  const with3 = (...sizes: number[]): Capacity => ({
    ...gpu,
    models: sizes.map((parameters) => ({ name: `m${parameters / 1e9}`, parameters })),
  });
  assert.equal(chooseWriter(with3(0.5e9, 7e9, 14e9)).model, 'm14');
  assert.equal(chooseWriter(with3(7e9, 70e9)).model, 'm7');
  assert.deepEqual([chooseWriter(with3(0.5e9)).model, chooseWriter(with3(0.5e9)).present], ['qwen2.5:7b', false]);
});

for (const [file, isOne] of [
  ['论文.PDF', true],
  ['book.epub', true],
  ['rows.jsonl', false],
  ['table.csv', false],
] as const)
  test(`${file} is ${isOne ? '' : 'not '}the name of a document`, () => assert.equal(isDocumentName(file), isOne));
