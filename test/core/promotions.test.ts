import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Begun,
  type Ended,
  findRollbackTarget,
  historyOf,
  modelsToKeep,
  type PromotionLine,
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

test('a promotion puts a model on the stack, and a rollback removes those above its target', () => {
  const { stack, takenBack } = ledger('promote A', 'promote B', 'promote C', 'rollback B', 'rollback A');
  assert.deepEqual(stack, ['A']);
  assert.deepEqual([...takenBack.keys()], ['C', 'B']);
});

test('two rollbacks go back two models, also past a promotion after a rollback', () => {
  const first = ledger('promote A', 'promote B', 'promote C');
  assert.equal(findRollbackTarget(first, 'C', everything), 'B');
  assert.equal(findRollbackTarget(ledger('promote A', 'promote B', 'promote C', 'rollback B'), 'B', everything), 'A');
  const later = ledger('promote A', 'promote B', 'rollback A', 'promote D');
  assert.deepEqual(later.stack, ['A', 'D']);
  assert.equal(findRollbackTarget(later, 'D', everything), 'A');
  assert.equal(findRollbackTarget(later, 'A', everything), undefined);
});

test('a rollback skips models that Ollama no longer has', () => {
  const history = ledger('promote A', 'promote B', 'promote C');
  assert.equal(
    findRollbackTarget(history, 'C', (digest) => digest !== 'B'),
    'A',
  );
});

test('a model that was rolled back is held back until a rollback to it', () => {
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

test('a model that a better one replaced may be served again; one that a person replaced by hand may not', () => {
  const history = ledger('promote A', 'promote B');
  assert.equal(whyHeldBack(history, { digest: 'A' }, 'B'), undefined);
  assert.equal(whyHeldBack(history, { digest: 'B' }, 'X'), 'was served before and replaced by hand');
  assert.equal(whyHeldBack(history, { digest: 'B' }, undefined), undefined, 'a missing name serves no model');
});

test('a rollback may return to a model that another program had put under the name', () => {
  const history = ledger('promote A', { move: 'promote B', from: 'X' });
  assert.deepEqual(history.stack, ['A', 'X', 'B']);
  assert.deepEqual(ledger({ move: 'promote A', from: 'X' }).stack, ['X', 'A']);
  assert.deepEqual(ledger('promote A', 'promote B', { move: 'promote C', from: 'A' }).stack, ['A', 'C']);
  assert.equal(findRollbackTarget(ledger('promote A', 'promote B'), 'X', everything), 'B');
});

test('a move that did not complete does not count, and the last one may be open', () => {
  const history = ledger('promote A', { move: 'promote B', how: 'not moved' }, { move: 'promote C', how: 'open' });
  assert.deepEqual([history.stack, history.last?.to, history.open?.to], [['A'], 'A', 'C']);
  assert.equal(ledger('promote A').open, undefined);
});

test('the targets of rollbacks are kept first, then models that were rolled back, and never more than `keep`', () => {
  const history = ledger('promote A', 'promote B', 'promote C', 'rollback B', 'promote D');
  assert.deepEqual(modelsToKeep(history, 'D', 3), ['B', 'A', 'C']);
  assert.deepEqual(modelsToKeep(history, 'D', 2), ['B', 'A']);
});

test('a rollback keeps the facts of a model, and each run is found with the model that it promoted', () => {
  const history = ledger('promote A', 'promote B', 'rollback A');
  const { facts, since, by, until } = history.models.get('A')!;
  assert.deepEqual([facts, since, by, until], [{ run: 'run-A', score: 0 }, '2026-01-03', 'rollback', undefined]);
  assert.equal(history.models.get('B')?.until, '2026-01-03');
  assert.equal(history.promotedBy.get('run-B'), 'B');
});
