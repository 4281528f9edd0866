// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantedRoutes } from '../../../activities/quantize/shell/wanted-routes.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PathRules } from '../../../core/language/reading.ts';

function routesOf(steps: string, inner: Readonly<Record<string, string>> = {}) {
  const rules: PathRules = {
    fromDocument: (path) => path,
    fromShell: (path) => path,
    open: (path) => ({ path, shown: path, text: inner[path]!, rules }),
  };
  const planned = makePlan(`name: p\nsteps:\n${steps}`, '/p.yaml', {}, rules);
  assert.ok(planned.plan, JSON.stringify(planned.diagnostics));
  return wantedRoutes(planned.plan);
}

const wanted = (...given: Parameters<typeof routesOf>) =>
  routesOf(...given).map(({ step, base, template, thoughts, type, engine, isServed }) =>
    [step, base, template, thoughts, type, engine, isServed ? 'served' : 'converted'].filter(Boolean).join(' '),
  );

const trainAs = (id: string, base: string, more = '', fields = '') => `
  ${id}: { uses: train, ${fields} with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}" ${more} } }
  ${id}_best: { uses: checkpoint, with: { from: "\${{ steps.${id}.outputs.checkpoints }}" } }
  ${id}_merged: { uses: merge, with: { base: ${base}, adapter: "\${{ steps.${id}_best.outputs.adapter }}" } }`;
const data = '  data: { uses: prepare, with: { source: /rows.jsonl } }';
const convert = (id: string, from: string, more = '', fields = '') =>
  `\n  ${id}: { uses: quantize, ${fields} with: { model: "\${{ steps.${from}_merged.outputs.model }}" ${more} } }`;
const serve = (from: string) =>
  `\n  ${from}_model: { uses: import, with: { gguf: "\${{ steps.${from}.outputs.gguf }}", name: ${from} } }`;

test('a training is followed to the conversion and the import of its own model', () => {
  assert.deepEqual(wanted(`${data}${trainAs('a', '/one')}${convert('a_gguf', 'a')}${serve('a_gguf')}`), [
    'a /one q4_K_M auto served',
  ]);
});

test('two trainings of one document each have their own conversion, also where one waits for the other', () => {
  const steps = `${data}${trainAs('a', '/one')}${convert('a_gguf', 'a', ', type: q8_0')}${serve('a_gguf')}${trainAs('b', '/two', ', template: /t.jinja', 'needs: [a_gguf],')}${convert('b_gguf', 'b', ', engine: llama.cpp')}`;
  assert.deepEqual(wanted(steps), ['a /one q8_0 auto served', 'b /two /t.jinja q4_K_M llama.cpp converted']);
});

test('a model that is only trained or merged has nothing to prove', () => {
  assert.deepEqual(wanted(`${data}${trainAs('a', '/one')}`), []);
});

test('the variants of a matrix are proven for each type', () => {
  const steps = `${data}${trainAs('a', '/one')}
  a_gguf:
    uses: quantize
    matrix: { type: [q8_0, f16] }
    with: { model: "\${{ steps.a_merged.outputs.model }}", type: "\${{ matrix.type }}" }`;
  assert.deepEqual(wanted(steps), ['a /one q8_0 auto converted', 'a /one f16 auto converted']);
});

test('a base that only a step of the run brings is left to its conversion', () => {
  const made = '  made: { uses: run, with: { command: [x], outputs: { m: { path: m, type: model } } } }';
  const steps = `${data}\n${made}${trainAs('a', '"${{ steps.made.outputs.m }}"')}${convert('a_gguf', 'a')}`;
  assert.deepEqual(wanted(steps), []);
});

test('a training without thoughts is proven with the template that asks for none', () => {
  const steps = (thoughts: string) =>
    `${data}${trainAs('a', '/one', `, thoughts: ${thoughts}`)}${convert('a_gguf', 'a')}`;
  assert.deepEqual(wanted(steps('drop')), ['a /one drop q4_K_M auto converted']);
  assert.deepEqual(wanted(steps('refuse')), ['a /one q4_K_M auto converted']);
});

const document = (name: string, steps: string, outputs: string) =>
  `name: ${name}\noutputs: { ${outputs} }\nsteps:\n${steps}\n`;

test('a training in a pipeline that runs as a step is followed to a conversion outside of it', () => {
  const train = document('train', `${data}${trainAs('a', '/one')}`, 'model: "${{ steps.a_merged.outputs.model }}"');
  const through = document('through', '  part: { uses: ./train.yaml }', 'm: "${{ steps.part.outputs.model }}"');
  const steps = `
  tuned: { uses: ./through.yaml }
  gguf: { uses: quantize, with: { model: "\${{ steps.tuned.outputs.m }}" } }
  served: { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: m } }`;
  assert.deepEqual(wanted(steps, { './train.yaml': train, './through.yaml': through }), [
    'tuned.part.a /one q4_K_M auto served',
  ]);
});

test('a conversion in a pipeline that runs as a step is served by the import outside of it', () => {
  const whole = `${data}${trainAs('a', '/one')}${convert('a_gguf', 'a')}${trainAs('b', '/two')}${convert('b_gguf', 'b')}`;
  const outputs = 'one: "${{ steps.a_gguf.outputs.gguf }}", two: "${{ steps.b_gguf.outputs.gguf }}"';
  const steps = `
  part: { uses: ./whole.yaml }
  served: { uses: import, with: { gguf: "\${{ steps.part.outputs.one }}", name: m } }`;
  assert.deepEqual(wanted(steps, { './whole.yaml': document('whole', whole, outputs) }), [
    'part.a /one q4_K_M auto served',
    'part.b /two q4_K_M auto converted',
  ]);
});

test('an adapter alone is followed to its training, with its layers and the model that it is put on', () => {
  const model =
    '\n  model: { uses: import, with: { adapter: "${{ steps.a_best.outputs.adapter }}", onto: m, name: n } }';
  const text = `name: p\nsteps:\n${data}${trainAs('a', '"ollama:m"', ', lora: { r: 4, use_rslora: true }')}${model}`;
  const { plan } = makePlan(text, '/p.yaml', {}, { fromDocument: (path) => path, fromShell: (path) => path });
  const [route, ...others] = wantedRoutes(plan!);
  assert.deepEqual(others, []);
  assert.deepEqual([route?.step, route?.base, route?.isServed, route?.adapter?.onto], ['a', 'ollama:m', true, 'm']);
  assert.deepEqual(route?.adapter?.lora, {
    ...{ r: 4, alpha: 16, dropout: 0, target_modules: 'all-linear', use_rslora: true },
  });
});

test('each of several types is proven, by the converter that makes them all, and that it can be measured', () => {
  const list = ', type: [q8_0, q4_K_M], max_drift: 0.1';
  const [first, second, ...more] = routesOf(`${data}${trainAs('a', '/one')}${convert('a_gguf', 'a', list)}`);
  assert.deepEqual(more, []);
  assert.deepEqual([first!.type, second!.type].sort(), ['q4_K_M', 'q8_0']);
  assert.deepEqual([first!.engine, second!.engine], ['llama.cpp', 'llama.cpp']);
  // Whether a model can be measured does not depend on the type.
  assert.deepEqual([first!.isMeasured, second!.isMeasured], [true, undefined]);
});
