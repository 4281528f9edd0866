// needs: python, temporal, ollama
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeStack, stopStack } from '../../lab/chaos/stack.ts';
import { fewNights } from '../../lab/fortnight/nights.ts';
import { live } from '../../lab/fortnight/run-nights.ts';

test('nights of a schedule: new rows are trained on, also through a kill, a quiet night does nothing, a bad one is told and serves on', async () => {
  const root = await mkdtemp(join(tmpdir(), 'temper-nights-'));
  const stack = await makeStack(root);
  try {
    const { table, wrong } = await live(stack, fewNights, { size: { base: 60, train: 40 }, log: () => {} });
    assert.deepEqual(wrong, [], table);
  } finally {
    await stopStack(stack);
    await rm(root, { recursive: true, force: true });
  }
});
