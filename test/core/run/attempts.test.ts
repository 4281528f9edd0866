import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  failuresWithoutProgress,
  type LedgerLine,
  nextAttempt,
  openAttempt,
  stepsOf,
  stretches,
  trackingOf,
  waitedFor,
  workedIn,
} from '../../../core/run/attempts.ts';

const at = '2026-01-01T00:00:00.000Z';
const started = (attempt: number, execution = 'one'): LedgerLine => ({
  event: 'started',
  attempt,
  at,
  execution,
  pid: 1,
  host: 'here',
});
const saved = (attempt: number, step: number): LedgerLine => ({ event: 'checkpoint', attempt, at, step });
const failed = (attempt: number, code = 'KILLED', execution = 'one', reached?: number): LedgerLine => ({
  event: 'ended',
  attempt,
  at,
  how: 'failed',
  execution,
  code,
  message: code,
  ...(reached === undefined ? {} : { reached }),
});
const stopped = (attempt: number): LedgerLine => ({ event: 'ended', attempt, at, how: 'stopped', why: 'pause' });
const failures = (...lines: LedgerLine[]) => failuresWithoutProgress(lines, 'one', new Set(['DISK_FULL']));

test('crashes without progress add up', () => assert.equal(failures(started(1), failed(1), started(2), failed(2)), 2));
test('a crash after a newer checkpoint begins the count anew', () =>
  assert.equal(failures(started(1), failed(1), started(2), saved(2, 10), failed(2)), 1));
test('a checkpoint that is not newer is no progress', () =>
  assert.equal(failures(started(1), saved(1, 10), failed(1), started(2), saved(2, 10), failed(2)), 2));
test('a hundred crashes with progress in between never add up', () => {
  const lines = Array.from({ length: 100 }, (_, n) => [started(n + 1), saved(n + 1, n + 1), failed(n + 1)]).flat();
  assert.equal(failures(...lines), 1);
});
test('failures outside the step are not counted', () => assert.equal(failures(started(1), failed(1, 'DISK_FULL')), 0));
test('failures of an earlier execution do not count in a resumed one', () =>
  assert.equal(failures(started(1, 'zero'), failed(1, 'KILLED', 'zero'), started(2), failed(2)), 1));

test('the first attempt is 1, and the next number follows one that ended by itself', () => {
  assert.equal(nextAttempt([]), 1);
  assert.equal(nextAttempt([started(1), failed(1)]), 2);
});
test('the next number follows an attempt without an end, so that the lock can distinguish them', () =>
  assert.equal(nextAttempt([started(1)]), 2));
test('an attempt that was stopped on request keeps its number', () => {
  assert.equal(nextAttempt([started(1), stopped(1)]), 1);
  assert.equal(nextAttempt([started(1), stopped(1), started(1)]), 2);
  assert.equal(nextAttempt([started(1), stopped(1), started(1), failed(1)]), 2);
});

test('the open attempt is the last one, if it has no end', () => {
  assert.equal(openAttempt([started(1), failed(1), started(2)]), 2);
  assert.equal(openAttempt([started(1), failed(1)]), undefined);
  assert.equal(openAttempt([]), undefined);
});

test('a stretch has the number of trained steps and of steps to train again', () => {
  const resumed: LedgerLine = { event: 'resumed', attempt: 2, at, fromStep: 20 };
  const [first, second] = stretches([
    started(1),
    saved(1, 10),
    saved(1, 20),
    failed(1, 'KILLED', 'one', 27),
    started(2),
    resumed,
    saved(2, 40),
    { event: 'ended', attempt: 2, at, how: 'succeeded' },
  ]);
  assert.deepEqual(stepsOf(first!), { done: 27, lost: 7 });
  assert.deepEqual(stepsOf(second!), { done: 20, lost: 0 });
});
test('a stop and a continuation under one number are two stretches', () => {
  const two = stretches([started(1), saved(1, 5), stopped(1), started(1), saved(1, 9)]);
  assert.deepEqual(
    two.map(({ saved, end }) => [saved, end?.how]),
    [
      [5, 'stopped'],
      [9, undefined],
    ],
  );
});

const minute = 60_000;
const failedAt = (minutes: number, code: string, execution = 'one'): LedgerLine => ({
  ...(failed(1, code, execution) as LedgerLine & { event: 'ended' }),
  at: new Date(Date.parse(at) + minutes * minute).toISOString(),
});
const waited = (code: string, ...lines: LedgerLine[]) =>
  waitedFor(lines, 'one', { code, now: Date.parse(at) + 100 * minute }) / minute;

test('a wait begins with the first of consecutive equal failures', () =>
  assert.equal(
    waited('AWAY', failedAt(10, 'AWAY'), failedAt(40, 'KILLED'), failedAt(50, 'AWAY'), failedAt(99, 'AWAY')),
    50,
  ));
test('a stop or a lost worker in between does not restart the wait', () =>
  assert.equal(
    waited(
      'AWAY',
      failedAt(50, 'AWAY'),
      stopped(2),
      { event: 'ended', attempt: 3, at, how: 'lost' },
      failedAt(99, 'AWAY'),
    ),
    50,
  ));
test('a resume restarts the wait, and another failure is no wait', () => {
  assert.equal(waited('AWAY', failedAt(50, 'AWAY', 'before'), failedAt(99, 'AWAY')), 1);
  assert.equal(waited('AWAY', failedAt(50, 'OTHER')), 0);
});

test('the work of a step in one execution excludes waits for the device, and counts a lost attempt up to its last line', () => {
  const second = (count: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, count)).toISOString();
  const lines: LedgerLine[] = [
    { ...started(1, 'before'), at: second(0) },
    { ...failed(1, 'KILLED', 'before'), at: second(50) },
    { ...started(2), at: second(100) },
    { event: 'ended', attempt: 2, at: second(110), how: 'stopped', why: 'pause', waited: 4_000 },
    { ...started(2), at: second(200) },
    { ...saved(2, 5), at: second(205) },
    { event: 'ended', attempt: 2, at: second(900), how: 'lost' },
    { ...started(3), at: second(1000) },
  ];
  assert.deepEqual([workedIn(lines, 'one'), workedIn(lines, 'before'), workedIn(lines, 'new')], [11_000, 50_000, 0]);
});

test('the newest word of each tracker counts: one that comes back has the curve', () => {
  const tracked = (to: string, where: string): LedgerLine => ({ event: 'tracked', attempt: 1, at, to, where });
  const untracked = (to: string, why: string): LedgerLine => ({ event: 'untracked', attempt: 1, at, to, why });
  const first = [started(1), untracked('mlflow', 'refused'), tracked('wandb', 'https://w')];
  assert.deepEqual(trackingOf(first), [
    { to: 'mlflow', why: 'refused' },
    { to: 'wandb', where: 'https://w' },
  ]);
  assert.deepEqual(trackingOf([...first, tracked('mlflow', 'https://m'), untracked('wandb', 'gone')]), [
    { to: 'mlflow', where: 'https://m' },
    { to: 'wandb', where: 'https://w', why: 'gone' },
  ]);
});
