// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { isLiveTerminal } from '../../../../cli/view/live/is-live-terminal.ts';
import { newsBetween } from '../../../../cli/view/live/news.ts';
import type { Pending, Snapshot } from '../../../../services/runs/snapshot.ts';

const now = Date.parse('2026-11-29T00:02:43');
const seen = (train: Pending | undefined, children: Record<string, Snapshot> = {}): Snapshot => ({
  state: undefined,
  pending: train ? { train } : {},
  children,
  closed: false,
  status: 'RUNNING',
});
const attempt = (number: number, lastFailure?: string): Pending => ({
  attempt: number,
  scheduled: false,
  ...(lastFailure === undefined ? {} : { lastFailure }),
});
const news = (before: Snapshot | undefined, after: Snapshot) =>
  newsBetween(before, after, now).map(stripVTControlCharacters);

test('an attempt that failed is told once, with its time and why', () => {
  const failed = seen(attempt(2, 'killed; its last lines:\nTraceback'));
  assert.deepEqual(news(seen(attempt(1)), failed), [
    '2026-11-29 00:02:43 train: attempt 1 failed: killed; its last lines…',
  ]);
  assert.deepEqual(news(failed, failed), []);
});

test('who begins to watch later is told of the newest failure, also within a pipeline that runs as a step', () => {
  const inner = seen(attempt(3, 'out of memory'));
  assert.deepEqual(news(undefined, seen(undefined, { night: inner })), [
    '2026-11-29 00:02:43 night.train: attempt 2 failed: out of memory',
  ]);
});

test('a wait that somebody had to see to is told when it is over', () => {
  const wait = { code: 'no_worker', facts: { since: now - 130_000, role: 'gpu' } } as const;
  const waiting = seen({ attempt: 1, scheduled: true, waitsFor: wait });
  assert.deepEqual(news(seen(undefined), waiting), []);
  assert.deepEqual(news(waiting, seen(attempt(1))), [
    '2026-11-29 00:02:43 train: no GPU worker takes it, for 2m 10s; this is over',
  ]);
});

test('a training on the CPU beside a GPU is told once', () => {
  const progress = { phase: { code: 'training_beside_gpus' as const, facts: { gpus: ['NVIDIA H200'] } } };
  const beside = seen({ ...attempt(1), progress });
  assert.deepEqual(news(seen(attempt(1)), beside), [
    '2026-11-29 00:02:43 train: training on the CPU, though nvidia-smi lists NVIDIA H200',
  ]);
  assert.deepEqual(news(beside, beside), []);
});

test('only a terminal with a cursor, outside a CI, is drawn to', () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream;
  assert.equal(isLiveTerminal(terminal, { TERM: 'xterm' }), true);
  assert.equal(isLiveTerminal(terminal, { TERM: 'xterm', CI: 'true' }), false);
  assert.equal(isLiveTerminal(terminal, { TERM: 'dumb' }), false);
  assert.equal(isLiveTerminal({ isTTY: false } as NodeJS.WriteStream, { TERM: 'xterm' }), false);
});
