import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { parseDocument, YAMLMap } from 'yaml';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { makePlan, type Planned } from '../../../core/language/plan/make-plan.ts';
import type { PlannedStep } from '../../../core/run/plan.ts';

const rules = {
  fromDocument: (path: string) => resolve('/doc', path),
  fromShell: (path: string) => resolve('/shell', path),
};
const plan = (text: string, given: Record<string, string> = {}): Planned => makePlan(text, '/doc/p.yaml', given, rules);
const stepsOf = (text: string, given: Record<string, string> = {}) => {
  const planned = plan(text, given);
  assert.ok(planned.plan, renderProblems(planned, 'p.yaml'));
  return Object.fromEntries(planned.plan.steps.map((step) => [step.id, step]));
};

const option = (step: PlannedStep | undefined, name: string) =>
  (step?.with as Record<string, unknown> | undefined)?.[name];

/** The design's own example; its schedule is refused until schedules land. */
const example = `# yaml-language-server: $schema=../pipeline.schema.json
name: sar-expert
inputs:
  base: { type: string, default: Qwen/Qwen2.5-7B-Instruct }
  data: { type: path, default: ./data/train.jsonl }
steps:
  data:     { uses: prepare, with: { source: "\${{ inputs.data }}", eval_split: 0.1 } }
  train:
    uses: train
    with: { base: "\${{ inputs.base }}", dataset: "\${{ steps.data.outputs.dataset }}", epochs: 3,
            lora: { r: 8, alpha: 32, dropout: 0.05, target_modules: [q_proj, v_proj] },
            checkpoint: { every_steps: 100, keep: 2 } }
    resources: { gpu: 1 }
    retry: { max_attempts: 5 }
  best:     { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: best } }
  merged:   { uses: merge, with: { base: "\${{ inputs.base }}", adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf:     { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", type: q4_K_M } }
  model:    { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: "my-qwen-lora:candidate" } }
  verdict:  { uses: evaluate, with: { before: "qwen2.5:7b", after: "\${{ steps.model.outputs.model }}", prompts: ./data/eval.jsonl } }
  serve:    { uses: promote, if: "steps.verdict.outputs.score >= steps.verdict.outputs.baseline",
              with: { model: "\${{ steps.model.outputs.model }}", to: "my-qwen-lora:latest" } }
`;

test('the example of the design is a plan, each step after those it reads', () => {
  const planned = plan(example);
  assert.deepEqual(planned.diagnostics, []);
  assert.deepEqual(
    planned.plan?.steps.map(({ id, needs, queue }) => [id, needs.join(' '), queue]),
    [
      ['data', '', 'cpu'],
      ['train', 'data', 'gpu'],
      ['best', 'train', 'cpu'],
      ['merged', 'best', 'cpu'],
      ['gguf', 'merged', 'cpu'],
      ['model', 'gguf', 'gpu'],
      ['verdict', 'model', 'gpu'],
      ['serve', 'model verdict', 'cpu'],
    ],
  );
});

test('inputs are filled in and paths are absolute; what steps give still stands as an expression', () => {
  const { data, train, verdict } = stepsOf(example);
  assert.deepEqual(data?.with, {
    source: '/doc/data/train.jsonl',
    eval_split: 0.1,
    format: 'auto',
    shape: 'auto',
    seed: 42,
    on_bad_row: 'fail',
    max_bad_rows: 0.05,
    deduplicate: true,
  });
  assert.equal(option(train, 'base'), 'Qwen/Qwen2.5-7B-Instruct');
  assert.equal(option(train, 'dataset'), '${{ steps.data.outputs.dataset }}');
  assert.equal(option(verdict, 'prompts'), '/doc/data/eval.jsonl');
  assert.equal(train?.retry.max_attempts, 5);
  assert.equal(data?.retry.initial_interval, '5s');
});

test('a path given on the command line is relative to the shell, and a local base is a path', () => {
  const { data, train } = stepsOf(example, { data: './mine.jsonl', base: './models/qwen' });
  assert.equal(option(data, 'source'), '/shell/mine.jsonl');
  assert.equal(option(train, 'base'), '/doc/models/qwen');
});

test('the order of keys never matters', () => {
  const reversed = parseDocument(example);
  const reverse = (node: unknown): void => {
    if (!(node instanceof YAMLMap)) return;
    node.items.reverse();
    for (const pair of node.items) reverse(pair.value);
  };
  reverse(reversed.contents);
  assert.deepEqual(stepsOf(String(reversed)), stepsOf(example));
});

test('comments and blank lines change no step', () => {
  const commented = example.replace(/^ {2}(\w+): /gm, '\n  # a remark\n  $1: ').replace(/$/m, ' # the end');
  assert.deepEqual(stepsOf(commented), stepsOf(example));
});

test('every step of a plan stands after those it needs, whatever the file says', () => {
  const ids = plan(`name: p
steps:
  c: { uses: run, needs: [b, a], with: { command: [c] } }
  b: { uses: run, needs: a, with: { command: [b] } }
  a: { uses: run, with: { command: [a] } }
`).plan?.steps.map((step) => step.id);
  assert.deepEqual(ids, ['a', 'b', 'c']);
});

test('anchors may be used, and mean what they refer to', () => {
  const { two } = stepsOf(`name: p
steps:
  one: { uses: run, with: &same { command: [echo, hello] } }
  two: { uses: run, needs: one, with: *same }
`);
  assert.deepEqual(option(two, 'command'), ['echo', 'hello']);
});

test('`resources.gpu` moves a step to the device slot or away from it', () => {
  const { train, own } = stepsOf(`name: p
steps:
  data: { uses: prepare, with: { source: x.jsonl } }
  train: { uses: train, resources: { gpu: 0 }, with: { base: ./b, dataset: "\${{ steps.data.outputs.dataset }}" } }
  own: { uses: run, resources: { gpu: 1 }, with: { command: [x] } }
`);
  assert.deepEqual([train?.queue, own?.queue], ['cpu', 'gpu']);
});

const withInputs = `name: p
inputs:
  rows: { type: number }
  fast: { type: boolean, default: false }
  kind: { default: q8_0 }
steps:
  own: { uses: run, if: inputs.fast, with: { command: ["\${{ inputs.kind }}-\${{ inputs.rows }}"] } }
`;

test('inputs become what their type says', () => {
  const planned = plan(withInputs, { rows: '1e3', fast: 'true' });
  assert.deepEqual(planned.plan?.inputs, { rows: 1000, fast: true, kind: 'q8_0' });
  assert.deepEqual(option(planned.plan?.steps[0], 'command'), ['q8_0-1000']);
});

test('all wrong inputs are told at once, each with what is expected', () => {
  const { plan: none, inputProblems } = plan(withInputs, { fast: 'yes', knid: 'x', toString: 'y' });
  assert.equal(none, undefined);
  assert.deepEqual(inputProblems, [
    { reason: 'unknown-input', facts: { input: 'knid', meant: 'kind' } },
    { reason: 'unknown-input', facts: { input: 'toString', known: ['rows', 'fast', 'kind'] } },
    { reason: 'missing-input', facts: { input: 'rows' } },
    { reason: 'wrong-type', facts: { input: 'fast', type: 'boolean', got: 'yes' } },
  ]);
});

test('a given input is checked where it is used, before anything starts', () => {
  const text = `name: p
inputs: { type: { default: q8_0 } }
steps:
  own: { uses: run, with: { command: [x], outputs: { model: { path: m, type: model } } } }
  gguf: { uses: quantize, with: { model: "\${{ steps.own.outputs.model }}", type: "\${{ inputs.type }}" } }
`;
  assert.ok(plan(text).plan);
  assert.match(
    renderProblems(plan(text, { type: 'q9' }), 'p.yaml'),
    /5:\d+ steps\.gguf\.with\.type: must be f16, .*but the expression gives "q9"/,
  );
});

test('an input that looks like an expression stays text', () => {
  const text = `name: p
inputs: { note: { default: x } }
steps:
  own: { uses: run, with: { command: [echo, "\${{ inputs.note }}"] } }
`;
  const { own } = stepsOf(text, { note: '${{ secrets.HF_TOKEN }}' });
  assert.deepEqual(option(own, 'command'), ['echo', '$${{ secrets.HF_TOKEN }}']);
});
