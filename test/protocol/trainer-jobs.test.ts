import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { train } from '../../core/kinds/train.ts';
import { fill, filled } from '../../protocol/trainer/filled.ts';
import { jobs, trainOptions } from '../../protocol/trainer/jobs.ts';

const given = train.options.omit({ base: true, dataset: true, continue_from: true, template: true, track: true });

test('a job holds every option of `train`; an option without a value is null', () => {
  const options = fill(trainOptions, given.parse({ checkpoint: { keep: 7 } }));
  assert.equal(options.max_steps, null);
  assert.equal(options.early_stop, null);
  assert.deepEqual(options.checkpoint, { every_steps: 100, every_minutes: null, keep: 7 });
  assert.deepEqual(options.eval, { every_steps: null });
  const schema = jobs.train.shape.options;
  assert.deepEqual(schema.parse({ ...options, template: null }), { ...options, template: null });
  assert.deepEqual(Object.keys(schema.shape).sort(), [...Object.keys(given.shape), 'template'].sort());
});

test('what is set travels as it is', () => {
  const options = fill(
    trainOptions,
    given.parse({ max_steps: 3, early_stop: {}, lora: { target_modules: ['q_proj'] } }),
  );
  assert.equal(options.max_steps, 3);
  assert.deepEqual(options.early_stop, { patience: 3, min_delta: 0 });
  assert.deepEqual(options.lora.target_modules, ['q_proj']);
});

test('a filled schema refuses an option that is missing or unknown', () => {
  const schema = filled(
    z.strictObject({ a: z.number().optional(), b: z.strictObject({ c: z.number().default(1) }).prefault({}) }),
  );
  assert.deepEqual(schema.parse({ a: null, b: { c: 2 } }), { a: null, b: { c: 2 } });
  for (const value of [{ b: { c: 2 } }, { a: 1, b: {} }, { a: 1, b: { c: 2 }, d: 1 }])
    assert.throws(() => schema.parse(value));
});
