import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { stepOptions } from '../../../core/kinds/registry.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensurePython } from '../../../services/setup/python/environment.ts';

type Names = { [name: string]: Names | null };

/** Names of an options schema, nested; the trainer gets everything but what the activity turns into paths. */
function names(schema: z.ZodType): Names | null {
  let inner: z.ZodType = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap() as z.ZodType;
  if (!(inner instanceof z.ZodObject)) return null;
  return Object.fromEntries(Object.entries(inner.shape).map(([name, value]) => [name, names(value as z.ZodType)]));
}

const keys = (value: unknown): Names | null =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, keys(inner)]))
    : null;

test('the trainer knows every option of the document by its name, and no other', async () => {
  const { path } = await ensurePython(cacheDir(), () => {});
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const printed = execFileSync(path, ['-m', 'trainer.train.job'], { cwd: root, encoding: 'utf8' });
  const { base: _base, dataset: _dataset, continue_from: _start, ...options } = names(stepOptions.train)!;
  assert.deepEqual(keys(JSON.parse(printed)), options);
});
