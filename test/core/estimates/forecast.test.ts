import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { forecastLines } from '../../../cli/view/forecast-table.ts';
import { mermaid } from '../../../cli/view/mermaid.ts';
import { type Known, knownSteps } from '../../../core/checks/known.ts';
import { decisionsOf } from '../../../core/estimates/decisions.ts';
import type { EarlierStep } from '../../../core/estimates/earlier.ts';
import { planForecast } from '../../../core/estimates/plan-forecast.ts';
import { sketchPlan } from '../../../core/language/plan/make-plan.ts';
import { road, smollm, soundBase } from '../../rig/known.ts';

const rules = { fromDocument: (path: string) => resolve('/d', path), fromShell: (path: string) => resolve(path) };
const config = { ...soundBase.config, ...smollm };
const base = { ...soundBase, config, weights: { ...soundBase.weights, numbers: 134_515_008 } };
const rows = { rows: 100, bytes: 20_000, tokens: 40, longest: 90 };
const files: Known['files'] = new Map([
  ['/d/rows.jsonl', { kind: 'file', size: 20_000, rows }],
  ['/d/more.jsonl', { kind: 'file', size: 60_000, rows: { ...rows, rows: 300, bytes: 60_000 } }],
  ['/d/exam.jsonl', { kind: 'file', size: 500, rows: { ...rows, rows: 10 } }],
]);

function foreseen(text: string, earlier: [string, EarlierStep][] = [], reused: string[] = []) {
  const { plan } = sketchPlan(text, '/d/p.yaml', rules);
  const known: Known = {
    steps: knownSteps(plan!),
    documents: [],
    now: 0,
    files,
    bases: new Map([['/d/base', base]]),
    foldersBeside: new Set(),
    machine: { cores: 4, hasGpu: false },
  };
  const steps = Object.fromEntries(reused.map((id) => [id, { reused: true }]));
  const decisions = decisionsOf(plan!, reused.length > 0 ? { steps, left: {} } : undefined);
  return { plan: plan!, forecast: planForecast(known, decisions, new Map(earlier)) };
}
const stepOf = (of: ReturnType<typeof foreseen>, id: string) => of.forecast.steps.find((each) => each.id === id)!;

test('a judge takes time for both orders of each pair of answers, and at an address for each request', () => {
  const seconds = (judge: string) => {
    const verdict = `{ uses: evaluate, with: { before: "a", after: "\${{ steps.model.outputs.model }}", prompts: ./exam.jsonl${judge} } }`;
    const serve = '{ uses: run, with: { command: [date] } }';
    return stepOf(foreseen(road({ verdict, serve })), 'verdict').seconds!;
  };
  const alone = seconds('');
  assert.equal(Math.round(seconds(', judge: { model: m, url: "https://llm.example" }') - alone), 60);
  assert.ok(seconds(', judge: { model: "m:8b" }') > alone + 4);
});

test('every step of the road has a time and a size, from the base and the rows that it stands on', () => {
  const all = foreseen(road());
  for (const id of ['data', 'train', 'merged', 'gguf', 'model', 'verdict']) {
    const { seconds, disk, from } = stepOf(all, id);
    assert.ok(seconds! > 0 && disk! > 0, id);
    assert.equal(from, 'formula');
  }
  assert.deepEqual(all.forecast.total.unknown, []);
});

test('a step that ran before takes what it took, and a training goes at the pace that it reached', () => {
  const earlier = (seconds: number, outputs = {}): EarlierStep => ({ run: 'r-1', seconds, disk: 0, outputs });
  const trained: [string, EarlierStep] = [
    'train',
    { ...earlier(500, { tokens: 60 * 2 * 40, seconds: 480 }), memory: 2e9 },
  ];
  const all = foreseen(road(), [trained, ['model', earlier(77)]]);
  assert.deepEqual([stepOf(all, 'model').seconds, stepOf(all, 'model').run], [77, 'r-1']);
  const { seconds, memory } = stepOf(all, 'train');
  assert.equal(memory, 2e9);
  assert.ok(seconds! > 450 && seconds! < 560, `${seconds}`);
  const twice = foreseen(road().replace('max_steps: 60', 'max_steps: 120'), [trained]);
  assert.ok(stepOf(twice, 'train').seconds! > 1.8 * seconds!, 'twice the steps');
});

test('what is reused takes nothing', () => {
  const all = foreseen(road(), [], ['data', 'train', 'best', 'merged', 'gguf']);
  const { total } = foreseen(road()).forecast;
  assert.ok(all.forecast.total.seconds < total.seconds && all.forecast.total.disk < total.disk);
  const lines = forecastLines(all.forecast);
  assert.match(lines.find((line) => line.includes('train'))!, /train +reuse +an equal step has run$/);
});

test('a graph has a node for each step, an edge for each need, and no word of Mermaid as a name', () => {
  const text = `name: odd
steps:
  end: { uses: run, matrix: { r: [1, 2] }, with: { command: [echo, "r\${{ matrix.r }}"] } }
  after-it: { uses: run, needs: end, if: always(), with: { command: [echo, x] } }
`;
  const { plan, forecast } = foreseen(text);
  const lines = mermaid(plan, forecast).split('\n');
  assert.equal(lines[0], 'flowchart TD');
  assert.ok(lines.includes('  s_end["end × 2<br/>run, run"]:::run'));
  assert.ok(lines.includes('  s_end -.->|if| s_after_it'));
});

test('rows of a text take the writer’s time, of a PDF nobody knows how long', () => {
  const pipeline = (file: string, writer: string) => `name: p
steps:
  data: { uses: prepare, with: { from: documents, source: ${file}, documents: { writer: ${writer} } } }
`;
  const here: Known['files'] = new Map([
    ['/d/book.md', { kind: 'file', size: 200_000 }],
    ['/d/book.pdf', { kind: 'file', size: 200_000 }],
  ]);
  const of = (file: string, writer: string) => {
    const { plan } = sketchPlan(pipeline(file, writer), '/d/p.yaml', rules);
    const known: Known = {
      ...{ steps: knownSteps(plan!), documents: [], now: 0, files: here, bases: new Map(), foldersBeside: new Set() },
      machine: { cores: 4, hasGpu: true },
    };
    return planForecast(known, decisionsOf(plan!, undefined), new Map()).steps[0]!;
  };
  const [small, large] = [of('./book.md', '{ model: "qwen2.5:1.5b" }'), of('./book.md', '{ model: "qwen2.5:7b" }')];
  assert.ok(small.seconds! > 30 && large.seconds! > 3 * small.seconds! && large.device! > 4e9);
  assert.equal(of('./book.pdf', '{ model: "qwen2.5:7b" }').seconds, undefined);
  const remote = of('./book.md', '{ model: large, url: "https://llm.example/v1" }');
  assert.ok(remote.seconds! > 60 && remote.device === undefined);
});

test('rows of several files count as often as their weights say, in time, disk and memory', () => {
  const train = '{ uses: train, with: { base: ./base, dataset: "${{ steps.data.outputs.dataset }}", epochs: 2 } }';
  const mixed = (mix: string) =>
    foreseen(road({ train, data: `{ uses: prepare, with: { source: ./rows.jsonl${mix} } }` }));
  const [alone, twice] = [mixed(''), mixed(', mix: { more: { source: ./more.jsonl, weight: 2 } }')];
  // 100 rows of its own, and 300 that are learned twice.
  const share = (id: string) => stepOf(twice, id).seconds! / stepOf(alone, id).seconds!;
  assert.ok(share('train') > 5 && share('train') < 8, String(share('train')));
  assert.equal(stepOf(twice, 'data').disk, 20_000 + 2 * 60_000);
  assert.ok(stepOf(twice, 'data').memory! > stepOf(alone, 'data').memory!);
  const half = mixed(', mix: { more: { source: ./more.jsonl, weight: 0.5 } }');
  assert.equal(stepOf(half, 'data').disk, 20_000 + 30_000);
  assert.equal(stepOf(half, 'data').seconds! > stepOf(alone, 'data').seconds!, true, 'all rows are read');
});

test('where one of several files is not known, nothing is said: the others alone would be too little', () => {
  const data = '{ uses: prepare, with: { source: ./rows.jsonl, mix: { hub: { source: "hub:a/b" } } } }';
  assert.equal(stepOf(foreseen(road({ data })), 'data').seconds, undefined);
});
