import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Wait } from '../../../core/reasons.ts';
import { waitWords } from '../../../core/words/waits.ts';

const took = (ms: number) => `${ms / 1000}s`;

test('a step that waits for the device names the step that has it, and its run only where that is another', () => {
  const held = { step: 'train', host: 'h', since: 10_000 };
  const wait = (run?: string) =>
    waitWords(
      { code: 'device', facts: { since: 30_000, holders: [run === undefined ? held : { run, ...held }] } },
      40_000,
      took,
    );
  assert.equal(wait(), 'waiting for the device for 10s: train has had it for 30s');
  assert.equal(wait('other-run'), 'waiting for the device for 10s: other-run/train has had it for 30s');
});

test('a step that waits for a worker names what the worker is at', () => {
  const holders = [{ run: 'other-run', step: 'train', host: 'h', since: 10_000 }];
  const wait: Wait = { code: 'worker', facts: { since: 30_000, holders } };
  assert.equal(waitWords(wait, 40_000, took), 'waiting for a free worker for 10s: busy with other-run/train for 30s');
});
