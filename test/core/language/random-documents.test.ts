// needs: time
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { stepKinds, stepOutputs } from '../../../core/kinds/registry.ts';
import { jsonSchemaOf, optionPaths } from '../../../core/language/check/json-schema.ts';
import { foreignWords } from '../../../core/language/foreign/words.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PathRules } from '../../../core/language/reading.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';
import { inOneLine } from '../../../core/words/diagnostics/said.ts';
import { processorTime } from '../../rig/processor-time.ts';

const rules: PathRules = {
  fromDocument: (path) => `/doc/${path}`,
  fromShell: (path) => `/shell/${path}`,
  open: (file) =>
    file === './sound.yaml' ? { path: file, shown: file, text: sound, rules } : { problem: { code: 'ENOENT' } },
};

/** The whole road of `temper run` up to where something would start. */
function answer(text: string): void {
  const took = processorTime();
  const planned = makePlan(text, '/doc/p.yaml', {}, rules);
  const said = renderProblems(planned, 'p.yaml');
  assert.ok(took() < 1000, `took ${took()} ms`);
  assert.equal(planned.plan === undefined, said !== '', 'a plan, or a reason why there is none');
  assert.doesNotMatch(said, /\n\s+at .*\(|\[object Object\]|\bZod|TypeError|RangeError|Invalid input/);
  for (const diagnostic of planned.diagnostics) {
    const { at, end } = diagnostic;
    const message = inOneLine(describeProblem(diagnostic));
    assert.ok(message.length > 0 && !/undefined/.test(message.replace(/"[^"]*"/g, '')), message);
    assert.ok(at >= 0 && end > at && at <= text.length, `${at}-${end} of ${text.length}`);
  }
}

const sound = `name: p
inputs:
  base: { type: string, default: Qwen/Qwen2.5-0.5B-Instruct }
  rank: { type: number, default: 8 }
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl, eval_split: 0.1 } }
  train:
    uses: train
    with:
      base: \${{ inputs.base }}
      dataset: \${{ steps.data.outputs.dataset }}
      lora: { r: "\${{ inputs.rank * 2 }}", target_modules: [q_proj, v_proj] }
    retry: { max_attempts: 5, initial_interval: 10s }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: { step: 3 } } }
  merged: { uses: merge, with: { base: "\${{ inputs.base }}", adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", type: q4_K_M } }
  model: { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "mine:\${{ run.pipeline }}" } }
  verdict: { uses: evaluate, with: { before: "qwen2.5:0.5b", after: "\${{ steps.model.outputs.model }}", prompts: ./q.jsonl } }
  serve: { uses: promote, if: "steps.verdict.outputs.gain > 0", with: { model: "\${{ steps.model.outputs.model }}", to: mine } }
  own: { uses: run, needs: [serve], with: { command: [echo, "\${{ text(steps.verdict.outputs.score) }}"], env: { T: "\${{ secrets.T }}" } } }
`;

const signs = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ': ',
  '- ',
  '? ',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '!x ',
  '#',
  '%',
  '@',
  '`',
  '\t',
  '\n',
  '\r\n',
  '${{',
  '}}',
  '$',
  ',',
  '..',
  '__proto__',
  '\u0000',
  '\ufeff',
  '\ud800',
  '噪',
  '👍',
  '<<: ',
];

test('the document that is mutated is sound', () => assert.ok(makePlan(sound, '/doc/p.yaml', {}, rules).plan));

test('5,000 mutations of a sound document: a plan or a reason, never a crash', () => {
  const edit = fc.record({
    at: fc.nat(sound.length),
    remove: fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(60) }),
    insert: fc.oneof(fc.constant(''), fc.constantFrom(...signs), fc.string({ maxLength: 6, unit: 'binary' })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      answer(
        edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), sound),
      );
    }),
    { numRuns: 5000 },
  );
});

test('2,500 mutations of lines: moved, doubled, left out, indented otherwise', () => {
  const lines = sound.split('\n');
  const edit = fc.record({
    line: fc.nat(lines.length - 1),
    how: fc.constantFrom('drop', 'double', 'indent', 'dedent', 'swap'),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
      const changed = [...lines];
      for (const { line, how } of edits) {
        const text = changed[line] ?? '';
        if (how === 'drop') changed.splice(line, 1);
        else if (how === 'double') changed.splice(line, 0, text);
        else if (how === 'swap') changed.splice(line, 2, changed[line + 1] ?? '', text);
        else changed[line] = how === 'indent' ? `  ${text}` : text.replace(/^ {1,2}/, '');
      }
      answer(changed.join('\n'));
    }),
    { numRuns: 2500 },
  );
});

const names = ['a', 'b', 'data', 'train', '__proto__', 'constructor', 'toString', 'A', '1', 'ü'];
const references = [
  ...names.flatMap((name) => [`inputs.${name}`, `steps.${name}.outputs.dataset`]),
  ...stepKinds.flatMap((kind) => Object.keys(stepOutputs[kind]).map((output) => `steps.a.outputs.${output}`)),
  'run.id',
  'matrix.r',
  'matrix.a',
  'steps.a.outcome',
  'steps.a.*.outputs.eval_loss',
  'steps.a.*.matrix.r',
  'min_by(steps.a.*.outputs.eval_loss, steps.a.*.matrix.r)',
  'always()',
  'secrets.TOKEN',
  'true',
  '1',
  "'x'",
];
const operators = ['+', '-', '*', '/', '==', '<', '&&', '||', '=', 'and'];
const expression = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...references),
    fc.tuple(tie('any'), fc.constantFrom(...operators), tie('any')).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom('!', '-', 'round', 'contains', 'eval'), tie('any'))
      .map(([by, inner]) => `${by}(${inner})`),
    fc.string({ maxLength: 5 }),
  ),
})).any;
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(...names),
  expression.map((inner) => `\${{ ${inner} }}`),
  fc.tuple(expression, expression).map(([a, b]) => `x \${{ ${a} }} y \${{ ${b} }}`),
);
const leaf = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names, 'uri', 'kind', 'step', 'r'), tie('any'), { maxKeys: 3 }),
  ),
})).any;
const options = [
  ...new Set([...stepKinds.flatMap((kind) => optionPaths(jsonSchemaOf(kind))), ...Object.keys(foreignWords)]),
].filter((path) => !path.includes('.'));
const rows = fc.array(fc.dictionary(fc.constantFrom('r', 'a'), leaf, { maxKeys: 2 }), { maxLength: 3 });
const matrix = fc.record(
  {
    r: fc.array(leaf, { maxLength: 3 }),
    a: fc.oneof(fc.array(leaf, { maxLength: 3 }), value),
    include: rows,
    exclude: rows,
  },
  { requiredKeys: [] },
);
const step = fc
  .dictionary(
    fc.constantFrom(
      'with',
      'needs',
      'if',
      'retry',
      'resources',
      'reuse',
      'needz',
      'max_parallel',
      'fail_fast',
      'continue_on_error',
      'timeout_minutes',
    ),
    value,
    { maxKeys: 4 },
  )
  .chain((keys) =>
    fc
      .record(
        {
          uses: fc.oneof(
            { weight: 6, arbitrary: fc.constantFrom<unknown>(...stepKinds, './sound.yaml', './none.yaml') },
            { weight: 1, arbitrary: value },
          ),
          with: fc.oneof(
            { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...options), value, { maxKeys: 6 }) },
            { weight: 1, arbitrary: value },
          ),
          needs: fc.oneof(fc.constantFrom<unknown>(...names), fc.array(fc.constantFrom(...names)), value),
          if: fc.oneof<fc.Arbitrary<unknown>[]>(expression, value),
          matrix: fc.oneof<fc.Arbitrary<unknown>[]>(matrix, value),
        },
        { requiredKeys: ['uses'] },
      )
      .map((record) => ({ ...keys, ...record })),
  );
const document = fc.record(
  {
    name: fc.oneof(fc.constant<unknown>('p'), value),
    inputs: fc.oneof(
      fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(
          fc.record(
            { type: fc.constantFrom<unknown>('string', 'number', 'boolean', 'path', 'x'), default: value },
            { requiredKeys: [] },
          ),
          value,
        ),
        { maxKeys: 3 },
      ),
      value,
    ),
    steps: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.dictionary(
          fc.constantFrom(...names),
          fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: value }),
          { maxKeys: 5 },
        ),
      },
      { weight: 1, arbitrary: value },
    ),
  },
  { requiredKeys: [] },
);

test('3,000 documents of random structure with the language’s own words: a plan or a reason', () => {
  fc.assert(
    fc.property(document, (made) => answer(stringify(made))),
    { numRuns: 3000 },
  );
});

test('1,000 random texts: a plan or a reason', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.constantFrom(...signs, 'a', 'name', 'steps', ' ', '  ')).map((parts) => parts.join('')),
      ),
      answer,
    ),
    { numRuns: 1000 },
  );
});
