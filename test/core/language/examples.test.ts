import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { z } from 'zod';
import { stepOptions } from '../../../core/kinds/registry.ts';
import { exampleOf } from '../../../core/language/check/example.ts';
import { jsonSchemaOf } from '../../../core/language/check/json-schema.ts';
import { sketchPlan } from '../../../core/language/plan/make-plan.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';

const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
/** The hint for a value of the wrong form. */
function hintFor(uses: string, options: string): string | undefined {
  const text = `name: p\nsteps:\n  one: { uses: ${uses}, with: { ${options} } }\n`;
  const found = sketchPlan(text, '/d/p.yaml', rules).diagnostics.find(({ reason }) => reason === 'wrong-value');
  return found && describeProblem(found).hint;
}
const rows = 'source: ./rows.jsonl';
const exam = 'before: a:1b, after: b:1b, prompts: ./exam.jsonl';

for (const [name, uses, options, hint] of [
  [
    'a list for a map',
    'evaluate',
    `${exam}, score: [chrf, json]`,
    'write for example `score: { chrf: 0.5, json: 0.5 }`',
  ],
  [
    'a list for a map of maps',
    'prepare',
    `${rows}, mix: [./more.jsonl]`,
    'write for example `mix: { general: { source: ./general.jsonl, weight: 0.5 } }`',
  ],
  ['a word for a map', 'evaluate', `${exam}, judge: wise`, 'write for example `judge: { model: "qwen2.5:7b" }`'],
  [
    'a file for a map below a name',
    'prepare',
    `${rows}, mix: { general: ./g.jsonl }`,
    'write for example `general: { source: SOURCE }`',
  ],
  ['a map for a list', 'run', 'command: { python: score.py }', 'write for example `command: [python, score.py]`'],
  [
    'a map for a word or a list',
    'quantize',
    'model: "${{ steps.a.outputs.model }}", type: { a: 1 }',
    'write for example `type: [f16]`',
  ],
] as const)
  test(`${name} is told with what to write`, () => assert.equal(hintFor(uses, options), hint));

test('a word for a number has no example of a map', () => {
  assert.equal(hintFor('prepare', `${rows}, eval_split: some`), undefined);
});

for (const [kind, { shape }] of Object.entries(stepOptions))
  for (const [name, schema] of Object.entries(shape)) {
    const example = exampleOf(jsonSchemaOf(kind as keyof typeof stepOptions).properties?.[name], name);
    if (example !== undefined)
      test(`the example of ${kind}.${name} has the form that the option wants`, () => {
        const value = (parse(example) as Record<string, unknown>)[name];
        const { error } = (schema as z.ZodType).safeParse(value);
        assert.deepEqual(
          error?.issues.filter(({ code, path }) => code === 'invalid_type' && path.length === 0) ?? [],
          [],
        );
        assert.ok(example.length < 90, example);
      });
  }
