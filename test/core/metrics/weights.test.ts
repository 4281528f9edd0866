// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate } from '../../../core/kinds/evaluate.ts';
import { scoreColumn, weightsOf, withSum } from '../../../core/metrics/weights.ts';

for (const [options, name] of [
  [{}, 'chrf'],
  [{ metric: 'json' }, 'json'],
  [{ metric: 'none' }, 'none'],
  [{ score: { number: 3 } }, 'number'],
  [{ score: { json: 1, chrf: 1 } }, '0.5 chrf + 0.5 json'],
  [{ score: { chrf: 2, json: 1 } }, '0.667 chrf + 0.333 json'],
] as const)
  test(`the score of ${JSON.stringify(options)} is ${name}`, () => assert.equal(scoreColumn(options), name));

test('weights must be positive, and of metrics that there are', () => {
  const parse = (score: object) =>
    evaluate.options.safeParse({ before: 'a', after: 'b', prompts: './q.jsonl', score }).success;
  assert.deepEqual([{}, { chrf: 0 }, { chrf: -1 }, { bleu: 1 }, { chrf: 1 }].map(parse), [
    false,
    false,
    false,
    false,
    true,
  ]);
});

test('a question without what one of the metrics needs has no sum', () => {
  const weights = weightsOf({ score: { chrf: 1, json: 1 } })!;
  assert.deepEqual(withSum({ chrf: 0.5 }, weights), { chrf: 0.5 });
  assert.equal(withSum({ chrf: 0.5, json: 1 }, weights)['0.5 chrf + 0.5 json'], 0.75);
});

test('the sum lies between the sums of the bounds, in 0 to 1, and equal bounds give equal sums', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const weight = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(weight, share, share, share), { minLength: 2, maxLength: 4 }), (given) => {
      const names = ['chrf', 'exact', 'json', 'number'];
      const weights = weightsOf({ score: Object.fromEntries(given.map(([each], at) => [names[at], each])) })!;
      const sum = (value: (bounds: readonly number[]) => number) => {
        const scores = given.map(([, ...bounds], at) => [names[at], value(bounds.sort((a, b) => a - b))]);
        return withSum(Object.fromEntries(scores), weights)[scoreColumn({ score: weights })]!;
      };
      const [floor, each, ceiling] = [sum(([low]) => low!), sum(([, middle]) => middle!), sum(([, , high]) => high!)];
      assert.ok(0 <= floor && floor <= each && each <= ceiling && ceiling <= 1);
      assert.equal(
        sum(([low]) => low!),
        floor,
      );
    }),
  );
});
