import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Begun,
  type Ended,
  historyOf,
  moveBack,
  type PromotionLine,
  retained,
  whyHeldBack,
} from '../../core/promotions.ts';

/** A ledger in short: `promote A`, `rollback A`; the name stands for what the move before left, unless `from` says else. */
function ledger(...moves: (string | { move: string; from?: string | null; how?: Ended['how'] | 'open' })[]) {
  const lines: PromotionLine[] = [];
  let stands: string | null = null;
  moves.forEach((each, index) => {
    const { move, from = stands, how = 'moved' } = typeof each === 'string' ? { move: each } : each;
    const [by, to] = move.split(' ') as [Begun['by'], string];
    const [id, at] = [`${index}`, `2026-01-${String(index + 1).padStart(2, '0')}`];
    const facts = by === 'promote' ? { run: `run-${to}`, score: index / 10 } : {};
    lines.push({ event: 'begun', id, at, by, name: 'm', from, to, source: 'm:candidate', kept: from, ...facts });
    if (how !== 'open') lines.push({ event: 'ended', id, at, how });
    if (how === 'moved') stands = to;
  });
  return historyOf(lines);
}

const everything = () => true;

test('each promotion puts a model on top, and a rollback takes off what stands above the one it goes to', () => {
  const { stack, takenBack } = ledger('promote A', 'promote B', 'promote C', 'rollback B', 'rollback A');
  assert.deepEqual(stack, ['A']);
  assert.deepEqual([...takenBack.keys()], ['C', 'B']);
});

test('rolling back twice goes back two, also past what was promoted after a rollback', () => {
  const first = ledger('promote A', 'promote B', 'promote C');
  assert.equal(moveBack(first, 'C', everything), 'B');
  assert.equal(moveBack(ledger('promote A', 'promote B', 'promote C', 'rollback B'), 'B', everything), 'A');
  const later = ledger('promote A', 'promote B', 'rollback A', 'promote D');
  assert.deepEqual(later.stack, ['A', 'D']);
  assert.equal(moveBack(later, 'D', everything), 'A');
  assert.equal(moveBack(later, 'A', everything), undefined);
});

test('a rollback passes over what Ollama no longer has', () => {
  const history = ledger('promote A', 'promote B', 'promote C');
  assert.equal(
    moveBack(history, 'C', (digest) => digest !== 'B'),
    'A',
  );
});

test('a model that was rolled back is held back, until a rollback to it says otherwise', () => {
  const history = ledger('promote A', 'promote B', 'rollback A');
  assert.equal(whyHeldBack(history, { digest: 'B' }, 'A'), 'was served before and rolled back');
  assert.equal(whyHeldBack(history, { digest: 'C' }, 'A'), undefined);
  const again = ledger('promote A', 'promote B', 'rollback A', 'rollback B');
  assert.deepEqual(again.stack, ['A', 'B']);
  assert.equal(whyHeldBack(again, { digest: 'B' }, 'B'), undefined);
});

test('after a rollback a candidate from before it is held back, even if it was never served; a newer one is not', () => {
  const history = ledger('promote A', 'promote B', 'rollback A');
  const candidate = (madeAt: string) => whyHeldBack(history, { digest: 'C', madeAt }, 'A');
  assert.equal(candidate('2026-01-02T12:00'), 'is older than the rollback');
  assert.equal(candidate('2026-01-03T12:00'), undefined);
  const gone = ledger('promote A', 'promote B', 'rollback A', 'promote D');
  assert.equal(whyHeldBack(gone, { digest: 'C', madeAt: '2026-01-02T12:00' }, 'D'), undefined);
});

test('a model that a better one replaced may come back; one that somebody replaced by hand may not', () => {
  const history = ledger('promote A', 'promote B');
  assert.equal(whyHeldBack(history, { digest: 'A' }, 'B'), undefined);
  assert.equal(whyHeldBack(history, { digest: 'B' }, 'X'), 'was served before and replaced by somebody else');
  assert.equal(whyHeldBack(history, { digest: 'B' }, undefined), undefined, 'a name that is gone serves nobody');
});

test('what somebody else had put under the name is one to go back to', () => {
  const history = ledger('promote A', { move: 'promote B', from: 'X' });
  assert.deepEqual(history.stack, ['A', 'X', 'B']);
  assert.deepEqual(ledger({ move: 'promote A', from: 'X' }).stack, ['X', 'A']);
  assert.deepEqual(ledger('promote A', 'promote B', { move: 'promote C', from: 'A' }).stack, ['A', 'C']);
  assert.equal(moveBack(ledger('promote A', 'promote B'), 'X', everything), 'B');
});

test('a move that did not come to its end counts for nothing, and the last one may be open', () => {
  const history = ledger('promote A', { move: 'promote B', how: 'not moved' }, { move: 'promote C', how: 'open' });
  assert.deepEqual([history.stack, history.last?.to, history.open?.to], [['A'], 'A', 'C']);
  assert.equal(ledger('promote A').open, undefined);
});

test('what stays is what a rollback would come to, then what was taken back, and never more than is asked for', () => {
  const history = ledger('promote A', 'promote B', 'promote C', 'rollback B', 'promote D');
  assert.deepEqual(retained(history, 'D', 3), ['B', 'A', 'C']);
  assert.deepEqual(retained(history, 'D', 2), ['B', 'A']);
});

test('what is known of a model stays known when it is rolled back to, and runs are found by what they promoted', () => {
  const history = ledger('promote A', 'promote B', 'rollback A');
  const { facts, since, by, until } = history.models.get('A')!;
  assert.deepEqual([facts, since, by, until], [{ run: 'run-A', score: 0 }, '2026-01-03', 'rollback', undefined]);
  assert.equal(history.models.get('B')?.until, '2026-01-03');
  assert.equal(history.promotedBy.get('run-B'), 'B');
});
