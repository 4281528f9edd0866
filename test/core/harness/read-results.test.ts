import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { besideEachOther, metricsIn, parseResults } from '../../../core/harness/read-results.ts';
import { harnessVerdictWords } from '../../../core/words/harness.ts';

/**
 * Of lm_eval 0.4.13 with SmolLM2 in Ollama 0.33.0: a group of one task, three of its four questions, two filters. Parts
 * about the machine, and the task's own file, are left out.
 */
const recorded = readFileSync(new URL('./recorded/group-of-one.json', import.meta.url), 'utf8');
const results = parseResults(recorded)!;

test('the mean of a group stands for its tasks, with each filter', () => {
  assert.equal(results.lm_eval_version, '0.4.13');
  const same = { task: 'places', metric: 'exact_match', higherIsBetter: true, questions: 3, error: 0 };
  assert.deepEqual(metricsIn(results, ['places']), [
    { ...same, value: 0, filter: 'strict' },
    { ...same, value: 1, filter: 'word' },
  ]);
});

test('a task of a group is shown where it is asked too, or where the group has no mean', () => {
  const tasks = (found: typeof results, asked: string[]) => [
    ...new Set(metricsIn(found, asked).map(({ task }) => task)),
  ];
  assert.deepEqual(tasks(results, ['places', 'capitals']), ['capitals', 'places']);
  const { capitals } = results.results;
  const without = { ...results, results: { capitals: capitals!, places: { alias: 'places', ' ': ' ' } } };
  assert.deepEqual(tasks(without, ['places']), ['capitals']);
});

test('a standard error that lm_eval does not have is none', () => {
  const odd = recorded
    .replaceAll('"exact_match_stderr,strict": 0.0', '"exact_match_stderr,strict": NaN')
    .replaceAll('"exact_match_stderr,word": 0.0', '"exact_match_stderr,word": "N/A"')
    .replaceAll('"alias": "places"', '"alias": "NaN, of \\"places\\""');
  assert.deepEqual(
    metricsIn(parseResults(odd)!, ['places']).map(({ error }) => error),
    [undefined, undefined],
  );
});

test('both models stand side by side, and a verdict names three metrics', () => {
  const [strict, word] = metricsIn(results, ['places']);
  const metrics = besideEachOther([strict!, word!], [{ ...strict!, value: 2 / 3, error: 1 / 3 }]);
  assert.equal(
    harnessVerdictWords({ metrics }),
    'lm-evaluation-harness: places exact_match (strict) 0.00 ± 0.00 → 0.67 ± 0.33',
  );
  const many = Array.from({ length: 5 }, () => metrics[0]!);
  assert.match(harnessVerdictWords({ metrics: many }), /, and 2 more in the report$/);
});

test('a file that is none of lm_eval is not read', () => {
  assert.equal(parseResults('{"results": 1}'), undefined);
  assert.equal(parseResults('{"results": {'), undefined);
});
