import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { evaluate, fillOptions } from '../../../core/language/expression/evaluate.ts';
import { parseExpression } from '../../../core/language/expression/parse.ts';
import { outlineMatrix } from '../../../core/language/matrix.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import { expandPlan, graphOf, instancesOf } from '../../../core/run/expand-matrix.ts';
import { scopeOf } from '../../../core/run/run-scope.ts';
import type { EndState } from '../../../core/run/run-state.ts';
import { processorTime } from '../../rig/processor-time.ts';

const rules = { fromDocument: (path: string) => `/doc/${path}`, fromShell: (path: string) => path };
const planOf = (text: string) => {
  const planned = makePlan(text, '/doc/p.yaml', {}, rules);
  assert.ok(planned.plan, renderProblems(planned, 'p.yaml'));
  return planned.plan;
};
const problemsOf = (text: string) => renderProblems(makePlan(text, '/doc/p.yaml', {}, rules), 'p.yaml');
const names = (matrix: unknown) => outlineMatrix(matrix).variants.map(({ name }) => name);
const valuesOf = (matrix: unknown) => outlineMatrix(matrix).variants.map(({ values }) => values);

test('a matrix is all combinations, the first list varying slowest', () => {
  assert.deepEqual(names({ r: [8, 16], lr: [1e-4, 2e-4] }), [
    'r=8,lr=0.0001',
    'r=8,lr=0.0002',
    'r=16,lr=0.0001',
    'r=16,lr=0.0002',
  ]);
});

test('exclude leaves out what matches all values of a row', () => {
  const matrix = { r: [8, 16], lr: [1, 2], exclude: [{ r: 8, lr: 2 }, { r: 16 }] };
  assert.deepEqual(names(matrix), ['r=8,lr=1']);
});

test('a row of include that contradicts every combination is a variant of its own, one that fits adds its values', () => {
  const matrix = { r: [8, 16], include: [{ r: 32 }, { r: 16, alpha: 64 }, { label: 'x' }] };
  assert.deepEqual(names(matrix), ['r=8', 'r=16', 'r=32']);
  assert.deepEqual(valuesOf(matrix), [{ r: 8, label: 'x' }, { r: 16, alpha: 64, label: 'x' }, { r: 32 }]);
});

test('include alone is a list of variants', () => {
  assert.deepEqual(
    names({
      include: [
        { r: 8, lr: 1 },
        { r: 16, lr: 2 },
      ],
    }),
    ['r=8,lr=1', 'r=16,lr=2'],
  );
});

test('an id is fit to be the name of a folder, bounded, and told apart from others by all of its values', () => {
  const odd = ['./a.jsonl', '.-a.jsonl', 'a,b=c', '', 'ü', '../../x', 'x'.repeat(500), `${'x'.repeat(500)}y`];
  const found = names({ data: odd });
  assert.equal(new Set(found).size, odd.length);
  for (const name of found) assert.match(name, /^data=[A-Za-z0-9._+-]{0,60}$/);
  assert.equal(names({ data: ['gpt-4.1+x'] })[0], 'data=gpt-4.1+x');
});

/** A list of different values of one type, and one more. */
const axis = fc
  .oneof(
    fc.uniqueArray(fc.integer({ min: -5, max: 40 }), { minLength: 2, maxLength: 5 }),
    fc.uniqueArray(fc.string({ maxLength: 4 }), { minLength: 2, maxLength: 5 }),
    fc.constantFrom([true, false], [false, true]),
  )
  .map(([more, ...list]) => ({ list, more }));

test('adding a value or a row changes neither the id nor the values of another variant, and no two have the same id', () => {
  fc.assert(
    fc.property(axis, axis, ({ list: a, more }, { list: b }) => {
      const before = outlineMatrix({ a, b }).variants;
      const after = outlineMatrix({ a: [...a, more], b, include: [{ a: 'not there yet', b: 'neither' }] }).variants;
      const grown = new Map(after.map((variant) => [variant.name, variant.values]));
      assert.equal(grown.size, (a.length + 1) * b.length + 1);
      for (const { name, values } of before) assert.deepEqual(grown.get(name), values);
    }),
    { numRuns: 1000 },
  );
});

const sweep = `
name: sweep
inputs: { base: { type: string, default: ./base } }
steps:
  data: { uses: prepare, matrix: { file: [./a.jsonl, ./b.jsonl] }, with: { source: "\${{ matrix.file }}", eval_split: 0.1 } }
  first: { uses: prepare, with: { source: ./a.jsonl } }
  train:
    uses: train
    matrix: { r: [8, 16] }
    if: matrix.r > 8
    with:
      base: \${{ inputs.base }}
      dataset: \${{ steps.first.outputs.dataset }}
      lora: { r: "\${{ matrix.r }}", alpha: "\${{ matrix.r * 2 }}" }
  own: { uses: run, matrix: { r: [1, 2] }, with: { command: [echo, "\${{ matrix.r }} \${{ steps.first.outputs.rows }}"] } }
`;

test('a plan holds the options once and of each variant only what differs; paths are absolute in each', () => {
  const plan = planOf(sweep);
  const [data, , train, own] = plan.steps;
  assert.deepEqual(data?.matrix?.paths, [['source']]);
  assert.deepEqual(
    data?.matrix?.variants.map((variant) => variant.with),
    [['/doc/./a.jsonl'], ['/doc/./b.jsonl']],
  );
  assert.deepEqual(train?.matrix?.paths, [
    ['lora', 'r'],
    ['lora', 'alpha'],
  ]);
  const instances = instancesOf(train!).map(({ id, with: options }) => {
    const { base, dataset, lora } = options as { base: string; dataset: string; lora: { r: number; alpha: number } };
    return { id, base, dataset, r: lora.r, alpha: lora.alpha };
  });
  const shared = { base: '/doc/./base', dataset: '${{ steps.first.outputs.dataset }}' };
  assert.deepEqual(instances, [
    { id: 'train@r=8', ...shared, r: 8, alpha: 16 },
    { id: 'train@r=16', ...shared, r: 16, alpha: 32 },
  ]);
  assert.deepEqual(own?.matrix?.paths, [], 'what reads a step as well is filled when the run knows it');
  const text = JSON.stringify(planOf(thousand));
  assert.ok(text.length < 400_000, `${text.length} characters`);
});

const thousand = stringify({
  name: 'thousand',
  steps: {
    many: {
      uses: 'run',
      matrix: {
        a: Array.from({ length: 100 }, (_, index) => index),
        b: Array.from({ length: 10 }, (_, index) => index),
      },
      with: { command: ['echo', '${{ matrix.a }} ${{ matrix.b }}'], env: { A: '${{ text(matrix.a) }}' } },
    },
  },
});

test('a matrix of a thousand is planned in well under a second, and one of too many is counted, not made', () => {
  const took = processorTime();
  assert.equal(expandPlan(planOf(thousand)).length, 1000);
  assert.ok(took() < 1000, `took ${took()} ms`);
  const list = `[${Array.from({ length: 300 }, (_, index) => index).join(', ')}]`;
  const huge = `name: p\nsteps:\n  a: { uses: run, matrix: { a: ${list}, b: ${list}, c: ${list} }, with: { command: [x] } }\n`;
  assert.match(problemsOf(huge), /has 27000000 steps, counting the variants of 1 step; the limit is 1500/);
});

test('an instance is a step of its own in the graph, and what needs the step waits for the node that joins them', () => {
  const plan = planOf(`${sweep}  after: { uses: run, needs: train, if: always(), with: { command: [x] } }\n`);
  const graph = new Map(graphOf(plan).map((step) => [step.id, step]));
  assert.deepEqual(graph.get('train'), { id: 'train', needs: ['train@r=8', 'train@r=16'], joins: true });
  assert.deepEqual(graph.get('train@r=8')?.needs, ['first']);
  assert.deepEqual(graph.get('after'), { id: 'after', needs: ['train'], decides: true });
});

const losses = (states: readonly [string, EndState, unknown?][]) => {
  const ended = new Map(
    states.map(([id, state, loss]) => [id, { state, outputs: { eval_loss: loss, name: `c${loss}` } }]),
  );
  const instances = states.map(([id]) => ({ id, matrix: { r: Number(id.split('=')[1]) } }));
  return scopeOf(
    { needs: ['train'] },
    {
      inputs: {},
      run: { id: 'r', pipeline: 'p' },
      instances: new Map([['train', instances as never]]),
      ended: (id) => ended.get(id),
    },
  );
};
const says = (text: string, scope: ReturnType<typeof losses>) => evaluate(parseExpression(text), scope);

test('a list holds the variants that ended well, in the order of the document', () => {
  const scope = losses([
    ['train@r=8', 'succeeded', 3],
    ['train@r=16', 'failed'],
    ['train@r=32', 'reused', 1],
  ]);
  assert.deepEqual(says('steps.train.*.outputs.eval_loss', scope), [3, 1]);
  assert.deepEqual(says('steps.train.*.matrix.r', scope), [8, 32]);
  assert.equal(says('min_by(steps.train.*.outputs.eval_loss, steps.train.*.outputs.name)', scope), 'c1');
  assert.equal(says('max_by(steps.train.*.outputs.eval_loss, steps.train.*.matrix.r)', scope), 8);
  assert.equal(says('count(steps.train.*.matrix.r)', scope), 2);
  assert.equal(says('json(steps.train.*.outputs.name)', scope), '["c3","c1"]');
  assert.equal(says('steps.train.outcome', scope), 'failed');
  assert.deepEqual(fillOptions({ all: '${{ steps.train.*.outputs.eval_loss }}' }, scope), { all: [3, 1] });
});

test('of equal numbers the first is taken, places without a number take no part, and nothing to choose from is an error', () => {
  const best = 'min_by(steps.train.*.outputs.eval_loss, steps.train.*.matrix.r)';
  const tied = losses([
    ['train@r=8', 'succeeded', null],
    ['train@r=16', 'succeeded', 2],
    ['train@r=32', 'succeeded', 2],
  ]);
  assert.equal(says(best, tied), 16);
  assert.throws(
    () => says(best, losses([['train@r=8', 'failed']])),
    /`min_by` has nothing to choose from: `steps\.train\.\*\.outputs\.eval_loss` is empty, because no variant has succeeded/,
  );
  assert.throws(() => says(best, losses([['train@r=8', 'succeeded', null]])), /contains no number/);
});

const document = (train: string, more: string) => `
name: p
steps:
  data: { uses: prepare, with: { source: ./a.jsonl, eval_split: 0.1 } }
  train: { uses: train, ${train}, with: { base: ./b, dataset: "\${{ steps.data.outputs.dataset }}", lora: { r: "\${{ matrix.r }}" } } }
  ${more}
`;
const matrix = 'matrix: { r: [8, 16] }';
const refusals: [string, string, RegExp][] = [
  [
    'matrix: { r: [8, 0] }',
    '',
    /:\d+:\d+ steps\.train\.with\.lora\.r: must be greater than 0, but the expression gives 0/,
  ],
  ['matrix: { r: [8, "8"] }', '', /steps\.train\.matrix\.r\[1\]: is text, but another value of "r" is a number/],
  ['matrix: { r: [8, 8] }', '', /steps\.train\.matrix\.r\[1\]: duplicate value 8/],
  [
    matrix,
    'x: { uses: run, matrix: { n: [1, 2, 3] }, with: { command: [echo, "${{ matrix.n }}"] } }',
    /x\.with\.command\[1\]: must be text, but the expression is a number \[BAD_VALUE\][\s\S]*\nhint: write `text\(…\)`\n\n1 problem in/,
  ],
  ['matrix: { r: [] }', '', /steps\.train\.matrix\.r: must not be empty/],
  ['matrix: { r: 8 }', '', /steps\.train\.matrix\.r: must be a list, got 8/],
  ['matrix: { r: ["${{ 8 }}"] }', '', /must be a plain value/],
  ['matrix: { r: [8], exclude: [{ r: 8 }] }', '', /steps\.train\.matrix: has no variant/],
  [
    'matrix: { r: [8], seed: [1, 2] }',
    '',
    /steps\.train\.matrix\.seed: no expression reads `matrix\.seed` .*\n.*\n.*\nhint: write `\$\{\{ matrix\.seed \}\}`/,
  ],
  ['matrix: { rank: [8] }', '', /the matrix has no key "r" .*\n.*\n.*\nhint: keys of the matrix: rank/],
  ['max_parallel: 2', '', /steps\.train\.max_parallel: has no meaning without a `matrix`/],
  [matrix, 'x: { uses: run, if: matrix.r > 1, with: { command: [x] } }', /this step has no `matrix`/],
  [matrix, 'x: { uses: run, needs: "train@r=8", with: { command: [x] } }', /unknown step "train@r=8"/],
  [
    matrix,
    'x: { uses: run, if: "min_by(steps.train.*.outputs.eval_loss, steps.data.*.outputs.rows) > 1", with: { command: [x] } }',
    /step "data" has no `matrix`, so an output is written `steps\.data\.outputs\.<name>`/,
  ],
  [
    matrix,
    'x: { uses: run, if: "min_by(steps.train.outcome, steps.train.*.matrix.r) > 1", with: { command: [x] } }',
    /expected a list of numbers, got text/,
  ],
  [
    matrix,
    'x: { uses: run, if: steps.train.*.matrix.r == 8, with: { command: [x] } }',
    /a list cannot be compared or calculated with/,
  ],
  [
    matrix,
    'x: { uses: checkpoint, with: { from: "${{ steps.train.*.outputs.checkpoints }}" } }',
    /from: must be an artifact \(checkpoints\), but the expression is a list \(checkpoints\)/,
  ],
  [
    matrix,
    'x: { uses: run, if: success(), with: { command: [x] } }',
    /unknown function `success` .*\n.*\n.*\nhint: leave it out/,
  ],
];
for (const [train, more, said] of refusals) {
  test(`refused: ${train} ${more}`, () => assert.match(problemsOf(document(train, more)), said));
}

test('a value that only another step reads is no mistake', () => {
  planOf(
    document(
      'matrix: { r: [8, 16], include: [{ r: 8, label: small }, { r: 16, label: large }] }',
      'x: { uses: run, with: { command: [echo, "${{ max_by(steps.train.*.outputs.eval_loss, steps.train.*.matrix.label) }}"] } }',
    ),
  );
});
