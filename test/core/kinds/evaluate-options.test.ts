// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocument } from '../../../core/language/check/document.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';

/** What is wrong with an evaluation that has these options. */
const wrong = (options: string) =>
  checkDocument(`
name: p
steps:
  verdict: { uses: evaluate, with: { before: a, after: b, prompts: ./q.jsonl, ${options} } }
`).diagnostics.map((problem) => describeProblem(problem).message.replace(/^steps\.verdict\.with\.?/, ''));

test('several answers are drawn at a temperature, since greedy ones would be equal', () => {
  assert.deepEqual(wrong('samples: 1'), []);
  assert.deepEqual(wrong('samples: 5, temperature: 0.7'), []);
  for (const options of ['samples: 5', 'samples: 5, temperature: 0'])
    assert.match(wrong(options).join(), /has `samples` and no `temperature` above 0/);
});

test('a weighted score names metrics that there are, with weights above zero', () => {
  assert.deepEqual(wrong('score: { chrf: 0.5, json: 0.5 }, schema: { type: object }'), []);
  for (const options of ['score: {}', 'score: { chrf: 0 }', 'score: { bleu: 1 }'])
    assert.notDeepEqual(wrong(options), [], options);
});
