import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointFacts } from '../../../core/checks/known.ts';
import { endpointId } from '../../../core/checks/names/silent-servers.ts';
import { findingsIn, road } from '../../rig/known.ts';

const imports = (name: string, more = '') =>
  `{ uses: import, ${more}with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "${name}" } }`;

test('a road that imports under a name of its own is sound', () => {
  assert.deepEqual(findingsIn(road()), []);
});

for (const name of ['my', 'my:latest', 'MY:latest', 'library/my', 'registry.ollama.ai/library/my:latest'])
  test(`an import into ${name} would replace the served model, so it is refused`, () => {
    assert.deepEqual(findingsIn(road({ model: imports(name) })), [
      `error BAD_VALUE model.name: the import would replace "${name}", which step "verdict" names in \`production\`, before anything is judged`,
    ]);
  });

test('an import into the model that is compared with is refused', () => {
  const [found] = findingsIn(road({ model: imports('qwen2.5:0.5b') }));
  assert.match(found!, /which step "verdict" names in `before`/);
});

test('two imports of one name are refused, unless a condition chooses between them', () => {
  const [found, ...more] = findingsIn(road({ again: imports('my:candidate') }));
  assert.equal(
    found,
    'error BAD_VALUE again.name: step "model" imports a model under "my:candidate" too, so only the later one would be left',
  );
  assert.deepEqual(more, []);
  const chosen = 'if: "steps.best.outputs.step > 20", ';
  assert.deepEqual(findingsIn(road({ again: imports('my:candidate', chosen) })), []);
});

test('variants that import one name are refused', () => {
  const variants = 'matrix: { margin: [0.1, 0.2] }, ';
  const step = imports('my:candidate', variants).replace('name:', 'margin: "${{ matrix.margin }}", name:');
  const rest = {
    verdict: '{ uses: run, with: { command: [date] } }',
    serve: '{ uses: run, with: { command: [date] } }',
  };
  assert.match(
    findingsIn(road({ model: step, ...rest })).join(),
    /"model@margin=0.1" imports a model under "my:candidate" too/,
  );
});

test('serving under the name that is compared with is a warning', () => {
  const serve = '{ uses: promote, with: { model: "${{ steps.model.outputs.model }}", to: "qwen2.5:0.5b" } }';
  assert.deepEqual(findingsIn(road({ serve })), [
    'warning BAD_VALUE serve.to: step "verdict" compares with "qwen2.5:0.5b" in `before`: from the second run on, that is the model promoted last',
  ]);
});

test('a comparison of a model with itself is a warning', () => {
  const verdict = (before: string, after: string) =>
    findingsIn(
      road({
        verdict: `{ uses: evaluate, with: { before: "${before}", after: "${after}", prompts: ./exam.jsonl } }`,
        serve: '{ uses: run, with: { command: [date] } }',
      }),
    );
  const output = '${{ steps.model.outputs.model }}';
  assert.deepEqual(verdict(output, output), [
    'warning BAD_VALUE verdict.before: this is the same model as `after`, so the comparison says nothing',
  ]);
  assert.equal(verdict('qwen2.5', 'Qwen2.5:latest').length, 1);
  assert.deepEqual(verdict('qwen2.5:0.5b', 'qwen2.5:7b'), []);
});

const judged = (judge: string) =>
  road({
    verdict: `{ uses: evaluate, with: { before: "qwen2.5:0.5b", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl, judge: ${judge} } }`,
    serve: '{ uses: run, with: { command: [date] } }',
  });
const ollama = (...models: string[]) => ({
  servers: { ollama: { at: 'http://gpu:11434', models }, endpoints: new Map() },
});

test('a judge or a compared model that Ollama does not have is warned of; one that the run makes is not', () => {
  const text = judged('{ model: "wise:7b" }');
  assert.deepEqual(findingsIn(text, ollama('qwen2.5:0.5b')), [
    'warning MODEL_NOT_IN_OLLAMA verdict.judge.model: Ollama at http://gpu:11434 does not have wise:7b',
  ]);
  assert.deepEqual(findingsIn(text, ollama('Qwen2.5:0.5b', 'library/wise:7b')), []);
  assert.deepEqual(findingsIn(text), [], 'nothing is said where nobody has looked');
});

test('a model in production need not be there before the first promotion', () => {
  assert.deepEqual(findingsIn(road(), ollama('qwen2.5:0.5b')), []);
});

test('a server that does not answer, wants a key, or lists other models is warned of at its option', () => {
  const url = 'https://llm.example/v1';
  const found = (facts: EndpointFacts, key = '') => {
    const endpoints = new Map([[endpointId({ url, ...(key === '' ? {} : { api_key: key }) }), facts]]);
    const option = `{ model: wise, url: "${url}"${key === '' ? '' : `, api_key: "${key}"`} }`;
    return findingsIn(judged(option), { servers: { endpoints } });
  };
  const refused = { code: 'ENDPOINT_KEY_REFUSED', said: 'wise at llm.example answered 401' } as const;
  const said = 'wise at llm.example stopped answering (ECONNREFUSED)';
  assert.deepEqual(found({ code: 'ENDPOINT_UNREACHABLE', said }), [
    `warning ENDPOINT_UNREACHABLE verdict.judge.url: ${said}`,
  ]);
  assert.match(found(refused).join(), /^warning ENDPOINT_KEY_REFUSED verdict\.judge\.url: /);
  assert.match(found(refused, '${{ secrets.KEY }}').join(), /^warning ENDPOINT_KEY_REFUSED verdict\.judge\.api_key: /);
  assert.deepEqual(found({ models: ['wiser'] }), [
    'warning ENDPOINT_MODEL_UNKNOWN verdict.judge.model: llm.example does not list wise among its models',
  ]);
  assert.deepEqual([found({ models: ['wise'] }), found({})], [[], []]);
});
