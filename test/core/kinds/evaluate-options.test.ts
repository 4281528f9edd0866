// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocument } from '../../../core/language/check/document.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';

const document = (options: string) => `
name: p
steps:
  verdict: { uses: evaluate, with: { before: a, after: b, prompts: ./q.jsonl, ${options} } }
`;

/** What is wrong with an evaluation that has these options. */
const wrong = (options: string) =>
  checkDocument(document(options)).diagnostics.map((problem) =>
    describeProblem(problem).message.replace(/^steps\.verdict\.with\.?/, ''),
  );

const hints = (options: string) =>
  checkDocument(document(options)).diagnostics.map((problem) => describeProblem(problem).hint);

test('several answers are drawn at a temperature, since greedy ones would be equal', () => {
  assert.deepEqual(wrong('samples: 1'), []);
  assert.deepEqual(wrong('samples: 5, temperature: 0.7'), []);
  for (const options of ['samples: 5', 'samples: 5, temperature: 0'])
    assert.match(wrong(options).join(), /has `samples` but no `temperature` above 0/);
});

test('a weighted score names metrics that there are, with weights above zero', () => {
  assert.deepEqual(wrong('score: { chrf: 0.5, json: 0.5 }, schema: { type: object }'), []);
  for (const options of ['score: {}', 'score: { chrf: 0 }', 'score: { bleu: 1 }'])
    assert.notDeepEqual(wrong(options), [], options);
});

test('a misspelled metric of a weighted score is told once, with the metric that was meant', () => {
  assert.deepEqual(wrong('score: { chrff: 1 }'), ['score: unknown option "chrff"']);
  assert.deepEqual(hints('score: { chrff: 1 }'), ['did you mean "chrf"?']);
});

test('options that need each other are told at the one that is written, with what to add', () => {
  const text = document('metric: judge');
  const [problem, ...more] = checkDocument(text).diagnostics;
  assert.deepEqual(more, []);
  assert.equal(text.slice(problem!.at, problem!.end), 'metric');
  assert.deepEqual(hints('metric: judge'), ['add for example `judge: { model: "qwen3:14b" }`']);
});

test('a name of an arm that is the name of a model is refused with one that is free', () => {
  assert.match(wrong('arms: { after: { system: x } }').join(), /"after" is taken.*such as `prompted`/);
});

test('an arm looks things up in rows or in documents, and one that names both is told at the second', () => {
  const steps = document('arms: { both: { rows: "${{ steps.data.outputs.dataset }}", documents: ./thesis.pdf } }');
  const { diagnostics } = checkDocument(`${steps}  data: { uses: prepare, with: { source: ./rows.jsonl } }\n`);
  assert.match(
    diagnostics.map((problem) => describeProblem(problem).message).join(),
    /arms\.both\.documents: stands beside `rows`.*make two arms/,
  );
  assert.deepEqual(wrong('arms: { rag: { documents: ./thesis.pdf, nearest: 5, part_tokens: 200 } }'), []);
});
