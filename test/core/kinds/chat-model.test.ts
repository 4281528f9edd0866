import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import type { RawOptions } from '../../../core/kinds/definition.ts';
import { chatModel, chatModelName, endpointOf, keySecret } from '../../../core/kinds/options/chat-model.ts';
import { markedValues } from '../../../core/kinds/options/option-marks.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import { findingsIn, road } from '../../rig/known.ts';

const key = '${{ secrets.JUDGE_KEY }}';

test('a model is a name in Ollama, or with an address whatever the server calls it', () => {
  const fits = (value: object) => chatModel.safeParse(value).success;
  assert.ok(fits({ model: 'qwen3:8b' }));
  assert.ok(fits({ model: 'ft:gpt-4o:org::id', url: 'https://llm.example/v1', api_key: key }));
  for (const wrong of [
    { model: 'ft:gpt-4o:org::id' },
    { model: '' },
    { model: 'qwen3:8b', api_key: key },
    { model: 'm', url: 'llm.example' },
    { model: 'm', url: 'https://me:pass@llm.example/v1' },
    { model: 'm', url: 'https://llm.example/v1', api_key: 'sk-in-the-open' },
    { model: 'm', url: 'https://llm.example/v1', api_key: `Bearer ${key}` },
  ])
    assert.ok(!fits(wrong), JSON.stringify(wrong));
});

test('an address means its /v1 unless it says more', () => {
  const table = [
    ['https://llm.example', 'https://llm.example/v1'],
    ['http://127.0.0.1:11434/', 'http://127.0.0.1:11434/v1'],
    ['https://llm.example/v1/', 'https://llm.example/v1'],
    ['https://llm.example/v1/chat/completions', 'https://llm.example/v1'],
    ['https://llm.example/v1beta/openai', 'https://llm.example/v1beta/openai'],
  ] as const;
  for (const [url, endpoint] of table) assert.equal(endpointOf(url), endpoint);
  assert.equal(chatModelName({ model: 'm', url: 'https://llm.example/v1' }), 'm at llm.example');
  assert.equal(keySecret({ api_key: key }), 'JUDGE_KEY');
});

const judged = (judge: object, more: RawOptions = {}, serve = '') => {
  const options = { before: 'a:1b', after: 'b:1b', prompts: './exam.jsonl', judge, ...more };
  const text = `name: p\nsteps:\n  verdict: { uses: evaluate, with: ${JSON.stringify(options)} }\n${serve}`;
  const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
  return makePlan(text, '/p.yaml', {}, rules);
};

test('a plan holds the name of the secret, and only a model in Ollama is pinned', () => {
  const option = { model: 'wise', url: 'https://llm.example/v1', api_key: key };
  const planned = judged(option);
  const { judge } = planned.plan!.steps[0]!.with as { judge: object };
  assert.deepEqual(judge, { ...option, think: false, max_tokens: 1024 });
  const named = (value: object) =>
    markedValues('evaluate', judged(value).plan!.steps[0]!.with)
      .filter(({ mark }) => mark === 'ollama')
      .map(({ value: name }) => name);
  assert.deepEqual(named(option), ['a:1b', 'b:1b']);
  assert.deepEqual(named({ model: 'wise:8b' }), ['a:1b', 'b:1b', 'wise:8b']);
});

test('mistakes about a judge are told before anything runs', () => {
  const problems = (...given: Parameters<typeof judged>) => renderProblems(judged(...given), 'p.yaml');
  const url = 'https://llm.example/v1';
  assert.match(problems({ model: 'm', url, api_key: 'sk-1' }), /must be a secret, `\$\{\{ secrets\.NAME \}\}`/);
  assert.match(problems({ model: 'm', rubric: key }), /a secret is allowed only in/);
  assert.match(problems({ model: 'not:a:name' }), /is not a model name of Ollama/);
  const gate = '  told: { uses: run, if: steps.verdict.outputs.judge_wins_low > 0.5, with: { command: [echo] } }\n';
  assert.equal(judged({ model: 'm' }, {}, gate).plan !== undefined, true);
  const [without] = [judged(undefined as unknown as object, {}, gate)];
  assert.match(renderProblems(without, 'p.yaml'), /no output "judge_wins_low", because no model judges its answers/);
  const alone = judged(undefined as unknown as object, { metric: 'judge' });
  assert.match(renderProblems(alone, 'p.yaml'), /has `metric: judge` but no `judge`/);
});

test('a judge of its own answers is told before the run, also under the name that an import gives', () => {
  const verdict = (judge: string) =>
    findingsIn(
      road({
        verdict: `{ uses: evaluate, with: { before: "qwen2.5:0.5b", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl, judge: ${judge} } }`,
        serve: '{ uses: run, with: { command: [date] } }',
      }),
    );
  assert.deepEqual(verdict('{ model: "qwen3:8b" }'), []);
  assert.deepEqual(verdict('{ model: "qwen2.5:0.5b" }'), [
    'warning BAD_VALUE verdict.judge.model: the judge qwen2.5:0.5b is the model of `before`: a model prefers its own answers',
  ]);
  assert.match(verdict('{ model: "my:candidate" }').join(), /the judge my:candidate is the model of `after`/);
});

test('a key that nobody has stored is told before the run', () => {
  const judge = `{ model: wise, url: "https://llm.example/v1", api_key: "${key}" }`;
  const verdict = `{ uses: evaluate, with: { before: "qwen2.5:0.5b", after: "b", prompts: ./exam.jsonl, judge: ${judge} } }`;
  const serve = '{ uses: run, with: { command: [date] } }';
  const found = (secrets: string[]) =>
    findingsIn(road({ verdict, serve }), { secrets: new Set(secrets) }).filter((each) => each.includes('SECRET'));
  assert.deepEqual(found(['JUDGE_KEY']), []);
  assert.match(found([]).join(), /^warning SECRET_MISSING verdict\.judge\.api_key: the secret JUDGE_KEY is not set/);
});
