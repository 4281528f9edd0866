// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { stateAtEnd } from '../../../cli/runs/state-at-end.ts';

/** A client that asks many times within one question and, as Temporal's does, leaves a listener at every call. */
const client = {
  withAbortSignal: async (signal: AbortSignal, ask: () => Promise<unknown>) => {
    for (let call = 0; call < 50; call++) signal.addEventListener('abort', () => {});
    return await ask();
  },
  withDeadline: async (_: number, ask: () => Promise<unknown>) => await ask(),
  workflow: { getHandle: () => ({ result: async () => ({ runId: 'r' }) }) },
} as unknown as Client;

test('a run of many short steps is awaited without a warning, and leaves no listener on the signal of its caller', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const stop = new AbortController();
  const added: string[] = [];
  const removed: string[] = [];
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    added.push(args[0]);
    addEventListener.apply(stop.signal, args);
  };
  stop.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    removed.push(args[0]);
    removeEventListener.apply(stop.signal, args);
  };
  assert.deepEqual(await stateAtEnd(client, 'p-20260101-000000-aaaa', stop.signal), { runId: 'r' });
  await nextTurn();
  process.off('warning', note);
  assert.deepEqual(warnings, []);
  assert.deepEqual(added, removed);
});
