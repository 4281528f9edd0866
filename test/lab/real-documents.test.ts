// needs: nothing
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import { documentsFor, realModel } from '../../lab/real/documents.ts';

const pipeline = await readFile('pipelines/first-model.yaml', 'utf8');
const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };

for (const [model, base, ends] of [
  ['smollm2', 'ollama:smollm2:135m', 'serve'],
  ['/models/a.gguf', 'ollama:real:base', 'serve'],
  ['/models/a', '/models/a', 'model'],
  ['org/name@main', 'org/name@main', 'model'],
] as const)
  test(`\`--model ${model}\` goes the road as ${base}, to the step "${ends}"`, () => {
    const documents = documentsFor(pipeline, { base: realModel(model).base, steps: 7, batch: 2, data: '/data/' });
    for (const [text, last] of [
      [documents.whole, ends],
      [documents.training, 'best'],
    ] as const) {
      const { plan, diagnostics } = makePlan(text, '/p.yaml', {}, rules);
      assert.ok(plan, JSON.stringify(diagnostics));
      assert.equal(plan.steps.at(-1)!.id, last);
      const {
        base: trained,
        max_steps,
        batch_size,
      } = plan.steps.find(({ id }) => id === 'train')!.with as {
        [option: string]: unknown;
      };
      assert.deepEqual([trained, max_steps, batch_size], [base, 7, 2]);
    }
  });

test('a GGUF file and the small model are put into Ollama first', () => {
  assert.equal(realModel('smollm2').gguf, 'small');
  assert.equal(realModel('/models/a.gguf').gguf, '/models/a.gguf');
  assert.equal(realModel('/models/a').gguf, undefined);
});
