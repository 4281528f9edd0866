import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { checkDocument, makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PathRules } from '../../../core/language/reading.ts';
import { stepsWithin } from '../../../core/run/plan.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';

/** Files by their absolute paths, read as the command line would read them. */
function filesIn(files: Readonly<Record<string, string>>, folder = '/doc'): PathRules {
  return {
    fromDocument: (path) => resolve(folder, path),
    fromShell: (path) => resolve('/shell', path),
    open: (file) => {
      const path = resolve(folder, file);
      const text = files[path];
      if (text === undefined) return { problem: { code: 'ENOENT' } };
      return { path, shown: path.replace('/doc/', ''), text, rules: filesIn(files, resolve(path, '..')) };
    },
  };
}

const plan = (text: string, files: Readonly<Record<string, string>>, given: Record<string, string> = {}) =>
  makePlan(text, '/doc/p.yaml', given, filesIn({ '/doc/p.yaml': text, ...files }));
const told = (text: string, files: Readonly<Record<string, string>> = {}, given: Record<string, string> = {}) =>
  renderProblems(plan(text, files, given), 'p.yaml');

const train = `name: train-one
inputs:
  data: { type: path, default: ./own.jsonl }
  rank: { type: number }
outputs:
  loss: "\${{ steps.train.outputs.eval_loss }}"
  adapter: "\${{ steps.best.outputs.adapter }}"
  note: "rank \${{ inputs.rank }}, \${{ steps.train.outputs.steps }} steps"
steps:
  data: { uses: prepare, with: { source: "\${{ inputs.data }}" } }
  train: { uses: train, with: { base: ./base, dataset: "\${{ steps.data.outputs.dataset }}", lora: { r: "\${{ inputs.rank }}" } } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
`;
const parent = (
  use: string,
  after = 'if: steps.one.outputs.loss < 2, with: { command: [echo, "${{ steps.one.outputs.note }}"] }',
) => `name: p
inputs: { rows: { type: path, default: ./mine.jsonl }, size: { type: number, default: 8 } }
steps:
  one: ${use}
  after: { uses: run, ${after} }
`;
const use = '{ uses: ./parts/train.yaml, with: { data: "${{ inputs.rows }}", rank: "${{ inputs.size * 2 }}" } }';
const files = { '/doc/parts/train.yaml': train };

test('a pipeline is planned into the one that runs it: inputs filled in, each path from its own folder', () => {
  const planned = plan(parent(use), files);
  assert.equal(renderProblems(planned, 'p.yaml'), '');
  const [one, after] = planned.plan!.steps;
  assert.deepEqual([one?.uses, one?.with], ['pipeline', { data: '/doc/mine.jsonl', rank: 16 }]);
  assert.deepEqual(one?.plan?.inputs, { data: '/doc/mine.jsonl', rank: 16 });
  assert.deepEqual(one?.plan?.document, { path: '/doc/parts/train.yaml', text: train });
  const [data, training] = one!.plan!.steps;
  assert.equal((data!.with as { source: string }).source, '/doc/mine.jsonl');
  assert.equal((training!.with as { base: string }).base, '/doc/parts/base');
  assert.deepEqual(one?.plan?.outputs, {
    loss: '${{ steps.train.outputs.eval_loss }}',
    adapter: '${{ steps.best.outputs.adapter }}',
    note: 'rank ${{ inputs.rank }}, ${{ steps.train.outputs.steps }} steps',
  });
  assert.deepEqual(after?.needs, ['one']);
  assert.equal(stepsWithin(planned.plan!).length, 5);
});

test('a default of the pipeline starts at its own folder', () => {
  const { plan: made } = plan(parent('{ uses: ./parts/train.yaml, with: { rank: 4 } }'), files);
  assert.equal(made!.steps[0]!.plan!.inputs.data, '/doc/parts/own.jsonl');
});

const mistakes: [string, string, string | undefined, RegExp][] = [
  [
    'a file that is not there',
    '{ uses: ./parts/trian.yaml }',
    undefined,
    /p\.yaml:4:16 steps\.one: \.\/parts\/trian\.yaml cannot be read: no such file \[BAD_PIPELINE\]/,
  ],
  [
    'an input that it does not have',
    '{ uses: ./parts/train.yaml, with: { rank: 4, dta: x } }',
    undefined,
    /has no input "dta" .*\n.*\n.*\nhint: did you mean "data"\?/,
  ],
  [
    'an input that it needs',
    '{ uses: ./parts/train.yaml }',
    undefined,
    /steps\.one\.with: \.\/parts\/train\.yaml needs the input "rank" \[MISSING\]/,
  ],
  [
    'a value of another type',
    '{ uses: ./parts/train.yaml, with: { rank: high } }',
    undefined,
    /steps\.one\.with\.rank: must be a number, the type of the input, got "high"/,
  ],
  [
    'an expression of another type',
    '{ uses: ./parts/train.yaml, with: { rank: "${{ inputs.rows }}" } }',
    undefined,
    /steps\.one\.with\.rank: must be a number, the type of the input, but the expression is text/,
  ],
  [
    'a value that only a run can know',
    '{ uses: ./parts/train.yaml, with: { rank: 4, data: "${{ run.id }}" } }',
    undefined,
    /data: `run` is unknown when the run is planned/,
  ],
  [
    'an output that it does not give',
    use,
    'with: { command: ["${{ steps.one.outputs.los }}"] }',
    /step "one" has no output "los" .*\n.*\n.*\nhint: did you mean "loss"\?/,
  ],
  [
    'an output of another type',
    use,
    'if: steps.one.outputs.note > 3, with: { command: [x] }',
    /expected a number, got text/,
  ],
  [
    'a path without its beginning',
    '{ uses: parts/train.yaml }',
    'with: { command: [x] }',
    /is not the path of a pipeline .*\n.*\n.*\nhint: write `uses: \.\/parts\/train\.yaml`/,
  ],
  ['an expression in the path', '{ uses: "./${{ inputs.rows }}.yaml" }', 'with: { command: [x] }', /\[UNKNOWN_KIND\]/],
  [
    'how often it is tried again',
    use.replace('{ uses', '{ retry: { max_attempts: 2 }, uses'),
    undefined,
    /steps\.one\.retry: has no meaning for a pipeline that runs as a step: its own steps have `retry`/,
  ],
];
for (const [what, step, after, message] of mistakes) {
  test(`${what} is told where it stands`, () => assert.match(told(parent(step, after), files), message));
}

test('an artifact that a pipeline gives is an artifact for the step that reads it', () => {
  const merged = (output: string) =>
    `name: p\nsteps:\n  one: { uses: ./parts/train.yaml, with: { rank: 4 } }\n  merged: { uses: merge, with: { base: ./b, adapter: "\${{ steps.one.outputs.${output} }}" } }\n`;
  assert.equal(told(merged('adapter'), files), '');
  assert.match(told(merged('loss'), files), /must be an artifact \(adapter\), but the expression is a number/);
});

test('a mistake in the other file is told with its name and place, once, however many steps run it', () => {
  const broken = train
    .replace('uses: prepare', 'uses: prepair')
    .replace('steps.best.outputs.adapter', 'steps.bst.outputs.adapter');
  const text = `name: p\nsteps:\n  a: { uses: ./parts/train.yaml, with: { rank: 4 } }\n  b: { uses: ./parts/train.yaml, with: { rank: 5 } }\n`;
  const said = told(text, { '/doc/parts/train.yaml': broken });
  assert.match(said, /^parts\/train\.yaml:7:\d+ outputs\.adapter: unknown step "bst"/m);
  assert.match(said, /^parts\/train\.yaml:10:17 steps\.data\.uses: unknown step kind "prepair"/m);
  assert.match(said, /2 problems in parts\/train\.yaml/);
  assert.doesNotMatch(said, /in p\.yaml/);
});

test('a broken expression among what a step gives is told with its place, like any other', () => {
  const broken = '{ uses: ./parts/train.yaml, with: { data: "${{ inputs.rows + }}", rank: 3 } }';
  assert.match(
    told(parent(broken), files),
    /p\.yaml:4:\d+ steps\.one\.with\.data: expected a value, found the end of the expression/,
  );
});

test('what a step gives is checked where the other file uses it', () => {
  const typed =
    'name: q\ninputs: { type: { type: string } }\nsteps:\n  own: { uses: run, with: { command: [x], outputs: { m: { path: m, type: model } } } }\n  gguf: { uses: quantize, with: { model: "${{ steps.own.outputs.m }}", type: "${{ inputs.type }}" } }\n';
  const text = (type: string) => `name: p\nsteps:\n  one: { uses: ./q.yaml, with: { type: ${type} } }\n`;
  assert.equal(told(text('q8_0'), { '/doc/q.yaml': typed }), '');
  assert.match(
    told(text('q9'), { '/doc/q.yaml': typed }),
    /^q\.yaml:5:\d+ steps\.gguf\.with\.type: must be f16, .*gives "q9"/m,
  );
});

test('pipelines that run each other are refused with the chain of files, and so is one that runs itself', () => {
  const to = (file: string) => `name: p\nsteps:\n  next: { uses: ${file} }\n`;
  const circle = { '/doc/b.yaml': to('./sub/c.yaml'), '/doc/sub/c.yaml': to('../b.yaml') };
  assert.match(told(to('./b.yaml'), circle), /run each other: p\.yaml → b\.yaml → sub\/c\.yaml → b\.yaml \[CYCLE\]/);
  assert.match(told(to('./p.yaml')), /run each other: p\.yaml → p\.yaml \[CYCLE\]/);
});

test('pipelines may lie five deep within each other, and no deeper', () => {
  const last = 'name: p\nsteps:\n  own: { uses: run, with: { command: [x] } }\n';
  const chain = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `/doc/${index + 1}.yaml`,
        index + 1 === length ? last : `name: p\nsteps:\n  next: { uses: ./${index + 2}.yaml }\n`,
      ]),
    );
  const first = 'name: p\nsteps:\n  next: { uses: ./1.yaml }\n';
  assert.equal(told(first, chain(5)), '');
  assert.match(told(first, chain(6)), /pipelines are nested more than 5 deep: p\.yaml → 1\.yaml → .* → 6\.yaml/);
});

test('a hundred steps may run pipelines in all, so that a small file cannot be a large run', () => {
  const many = (file: string) =>
    `name: p\nsteps:\n${Array.from({ length: 20 }, (_, index) => `  s${index}: { uses: ${file} }`).join('\n')}\n`;
  const last = 'name: p\nsteps:\n  own: { uses: run, with: { command: [x] } }\n';
  const said = told(many('./b.yaml'), { '/doc/b.yaml': many('./c.yaml'), '/doc/c.yaml': last });
  assert.match(said, /more than 100 steps run pipelines/);
});

test('outputs of a document are checked: unknown steps, secrets, names', () => {
  const document = (output: string) =>
    `name: p\noutputs: { ${output} }\nsteps:\n  own: { uses: run, with: { command: [x] } }\n`;
  const messages = (output: string) =>
    checkDocument(document(output)).diagnostics.map((each) => describeProblem(each).message);
  assert.deepEqual(messages('a: 3, b: true, c: text, d: "${{ run.id }}"'), []);
  assert.match(messages('a: "${{ steps.on.outputs.x }}"')[0]!, /outputs\.a: unknown step "on"/);
  assert.match(messages('a: "${{ secrets.TOKEN }}"')[0]!, /outputs\.a: a secret cannot be an output/);
  assert.match(messages('Big: 1')[0]!, /outputs: the name "Big" must be a lower-case name/);
});

const approvals: [string, string, RegExp | undefined][] = [
  ['without options', '{ uses: approve }', undefined],
  [
    'with a question and a time',
    '{ uses: approve, with: { message: "Score ${{ steps.own.outputs.m }}?", timeout: 24h, on_timeout: approve } }',
    undefined,
  ],
  [
    'with a time that is none',
    '{ uses: approve, with: { timeout: soon } }',
    /ask\.with\.timeout: must be a duration such as/,
  ],
  [
    'with a secret in its question',
    '{ uses: approve, with: { message: "${{ secrets.T }}" } }',
    /a secret is allowed only in the `env`/,
  ],
  [
    'that is tried again',
    '{ uses: approve, retry: { max_attempts: 2 } }',
    /steps\.ask\.retry: has no meaning for an approval: a person is asked once/,
  ],
  ['that is reused', '{ uses: approve, reuse: true }', /steps\.ask\.reuse: has no meaning for an approval/],
];
for (const [what, step, message] of approvals) {
  test(`an approval ${what} is ${message ? 'refused' : 'fine'}`, () => {
    const text = `name: p\nsteps:\n  own: { uses: run, with: { command: [x], outputs: { m: { path: m, type: model } } } }\n  ask: ${step}\n  go: { uses: run, if: steps.ask.outputs.approved, with: { command: [x] } }\n`;
    const said = told(text);
    if (message) assert.match(said, message);
    else assert.equal(said, '');
  });
}

test('`on_step_failure` is in the plan, and so is its default', () => {
  const text = (key: string) => `name: p\n${key}steps:\n  own: { uses: run, with: { command: [x] } }\n`;
  assert.equal(plan(text('on_step_failure: wait\n'), {}).plan!.on_step_failure, 'wait');
  assert.equal(plan(text(''), {}).plan!.on_step_failure, 'fail');
  assert.match(told(text('on_step_failure: continue\n')), /on_step_failure: must be one of fail, wait/);
});
