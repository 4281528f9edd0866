import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);

/** What the questions have in common when only case, punctuation and spaces differ. */
const plain = (question: string) => question.toLowerCase().replace(/[^a-z0-9]+/g, ' ');

// The script's questions need no library, so any Python will do.
const { stdout } = await promisify(execFile)('python3', [
  path('pipelines/quickstart/pretrain.py'),
  '--print-questions',
]);
const pretraining = rowsOf(stdout);
const tuning = rowsOf(await readFile(path('data/quickstart/train.jsonl'), 'utf8'));
const judging = rowsOf(await readFile(path('data/quickstart/eval.jsonl'), 'utf8'));

test('no question of the quickstart is asked in two of pretraining, tuning and judging', () => {
  const seen = new Set(pretraining.map((row) => row.question!));
  const tuned = new Set(tuning.map((row) => row.instruction!));
  assert.ok(seen.size >= 200 && tuned.size >= 120);
  assert.deepEqual(
    [...tuned].filter((question) => seen.has(question)),
    [],
  );
  const known = new Set([...seen, ...tuned].map(plain));
  assert.ok(judging.length >= 10 && judging.length <= 12);
  assert.deepEqual(
    judging.map((row) => row.prompt!).filter((question) => known.has(plain(question))),
    [],
  );
});

test('the base can know every judged answer, and tuning never shows one', () => {
  const style = /^Ahoy, captain! (.*) Squawk!$/;
  const facts = judging.map((row) => style.exec(row.reference!)?.[1]);
  const taught = new Set(pretraining.map((row) => row.answer));
  assert.deepEqual(
    facts.filter((fact) => fact === undefined || !taught.has(fact)),
    [],
  );
  assert.deepEqual(
    tuning.filter((row) => facts.includes(style.exec(row.output!)?.[1])),
    [],
  );
});

test('the tuning teaches the manner and no new fact', () => {
  const taught = new Set(pretraining.map((row) => `Ahoy, captain! ${row.answer} Squawk!`));
  assert.deepEqual(
    tuning.filter((row) => !taught.has(row.output!)),
    [],
  );
});
