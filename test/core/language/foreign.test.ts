import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonSchemaOf, optionPaths } from '../../../core/language/check/json-schema.ts';
import { programs } from '../../../core/language/foreign/programs.ts';
import { absenceOf, foreignWords, snakeCase } from '../../../core/language/foreign/words.ts';
import { checkDocument } from '../../../core/language/plan/make-plan.ts';

test('every program is known by the keys that are its own, and nothing else is told', () => {
  for (const { name, own } of programs) {
    if (own.length < 2) continue;
    const { diagnostics } = checkDocument(own.map((key) => `${key}: {}\n`).join(''));
    assert.deepEqual(
      diagnostics.map(({ reason, facts }) => [reason, (facts as { program?: string }).program]),
      [['foreign-document', name]],
    );
  }
});

test('a pipeline is no document of another program, whatever its misspelt keys', () => {
  for (const key of programs.flatMap(({ own }) => own)) {
    const text = `name: p\n${key}: {}\nsteps: { a: { uses: run, with: { command: [x] } } }\n`;
    assert.ok(checkDocument(text).diagnostics.every(({ reason }) => reason !== 'foreign-document'));
  }
});

test('an option has one answer: a counterpart or a reason why there is none', () => {
  const ours = (['prepare', 'train'] as const).flatMap((kind) => optionPaths(jsonSchemaOf(kind)));
  for (const word of ours) assert.equal(absenceOf(word), undefined, word);
  for (const word of Object.keys(foreignWords)) assert.equal(absenceOf(word), undefined, word);
});

test('camel case and kebab case are other spellings of one key', () => {
  for (const key of ['perDeviceBatchSize', 'per-device-batch-size', 'PerDeviceBatchSize', 'per device batch size'])
    assert.equal(snakeCase(key), 'per_device_batch_size');
});
