import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Known } from '../../../core/checks/known.ts';
import { findingsIn, road } from '../../rig/known.ts';

const verdict = (facts: Partial<Known>) =>
  findingsIn(
    road({
      verdict:
        '{ uses: evaluate, with: { before: "qwen2.5:0.5b", after: "${{ steps.model.outputs.model }}", prompts: ./exam.jsonl, harness: { tasks: [gsm8k] } } }',
    }),
    facts,
  ).filter((line) => line.includes('harness'));

const missing = 'lm-evaluation-harness is not installed: there is no `lm_eval` on PATH';

test('a harness that is not installed is told before the training, and refuses the run once it is decided', () => {
  const lmEval = { isFound: false };
  assert.deepEqual(verdict({ lmEval }), [`not-yet TOOL_MISSING verdict.harness: ${missing}`]);
  assert.deepEqual(verdict({ lmEval, decided: new Map() }), [`error TOOL_MISSING verdict.harness: ${missing}`]);
  assert.match(
    verdict({ lmEval: { isFound: false, named: '/opt/lm_eval' } })[0]!,
    /TEMPER_LM_EVAL names \/opt\/lm_eval,/,
  );
});

test('nothing is told where it is installed, where another machine may work, or where the step is reused', () => {
  assert.deepEqual(verdict({ lmEval: { isFound: true } }), []);
  assert.deepEqual(verdict({}), []);
  assert.deepEqual(verdict({ lmEval: { isFound: false }, decided: new Map([['verdict', true]]) }), []);
});
