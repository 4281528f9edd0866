import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn, road } from '../../rig/known.ts';

const gate = (condition: string) =>
  findingsIn(
    road({
      serve: `{ uses: promote, if: '${condition}', with: { model: "\${{ steps.model.outputs.model }}", to: "my" } }`,
    }),
  ).map((line) => line.replace('warning BAD_VALUE serve.if: steps.', ''));

for (const [condition, said] of [
  ['steps.verdict.outputs.score > 70', 'verdict.outputs.score is between 0 and 1, so this comparison is never true'],
  ['1 < steps.verdict.outputs.score', 'verdict.outputs.score is between 0 and 1, so this comparison is never true'],
  [
    '!(steps.verdict.outputs.score >= 0)',
    'verdict.outputs.score is between 0 and 1, so this comparison is always true',
  ],
  ['steps.verdict.outputs.gain < -1', 'verdict.outputs.gain is between -1 and 1, so this comparison is never true'],
  ['steps.verdict.outputs.score == 2', 'verdict.outputs.score is between 0 and 1, so this comparison is never true'],
  ['steps.model.outputs.drift < 0', 'model.outputs.drift is at least 0, so this comparison is never true'],
] as const)
  test(`a comparison that can come out one way only is told: ${condition}`, () => {
    assert.deepEqual(gate(condition), [said]);
  });

for (const condition of [
  'steps.verdict.outputs.score > 0.7',
  'steps.verdict.outputs.score >= 1',
  'steps.verdict.outputs.gain > 0 && steps.model.outputs.drift < 0.1',
  'steps.train.outputs.eval_loss < 3',
])
  test(`a comparison that depends on the run is not told: ${condition}`, () => assert.deepEqual(gate(condition), []));
