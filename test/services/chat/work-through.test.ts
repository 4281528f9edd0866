import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workThrough } from '../../../services/chat/work-through.ts';

/** Work that ends when a test says so. */
function held() {
  const begun: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const work = async (item: number): Promise<string> => {
    begun.push(item);
    await new Promise<void>((resolve, reject) => ends.set(item, (error) => (error ? reject(error) : resolve())));
    return `${item}`;
  };
  const end = async (item: number, error?: Error) => {
    ends.get(item)!(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, end };
}

test('so many are under way at once, and the results have the order of the items', async () => {
  const { begun, work, end } = held();
  const all = workThrough([1, 2, 3, 4], 2, work);
  assert.deepEqual(begun, [1, 2]);
  await end(2);
  assert.deepEqual(begun, [1, 2, 3]);
  await end(3);
  await end(4);
  await end(1);
  assert.deepEqual(await all, ['1', '2', '3', '4']);
  assert.deepEqual(await workThrough([], 2, work), []);
});

test('after a failure nothing new begins, and what is under way ends first', async () => {
  const { begun, work, end } = held();
  let outcome = 'open';
  const all = workThrough([1, 2, 3], 2, work).then(
    () => assert.fail('it did not fail'),
    (error: Error) => {
      outcome = error.message;
    },
  );
  await end(1, new Error('refused'));
  assert.deepEqual([outcome, begun], ['open', [1, 2]]);
  await end(2);
  await all;
  assert.equal(outcome, 'refused');
  assert.deepEqual(begun, [1, 2]);
});
