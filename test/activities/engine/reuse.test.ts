import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CancelledFailure } from '@temporalio/common';
import { digests } from '../../../activities/engine/pinned-files.ts';
import { reuse } from '../../../activities/engine/reuse/find-reusable.ts';
import { prepare } from '../../../activities/prepare/prepare.ts';
import { run } from '../../../activities/run/run.ts';
import type { Handle } from '../../../core/handles.ts';
import type { Phase, Reason } from '../../../core/reasons.ts';
import { reasonWords } from '../../../core/words/reasons.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';
import type { Progress } from '../../../protocol/progress.ts';
import { readLedger } from '../../../services/runs/attempt-ledger.ts';
import { dropBytes } from '../../../services/store/artifact-removal.ts';
import { carryOut, failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps, stepInput } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  deps = await makeDeps();
});
after(() => rm(deps.root, { recursive: true, force: true }));

const node = (script: string) => [process.execPath, '-e', script];
const told = ({ because }: StepResult) => (because === undefined ? '' : reasonWords(because));
const inPipeline = (pipeline: string, over: Partial<StepInput> = {}) => ({ pipeline, ...over });
const write = (text: string) => node(`fs.writeFileSync("out", ${JSON.stringify(text)})`);
const making = (text: string, more: object = {}) => ({
  command: write(text),
  inputs: {},
  outputs: { out: { path: 'out' } },
  ...more,
});

test('a step says why it runs: as the first of its kind, for a change, or since what it had made is gone', async () => {
  const once = async (options: object, over = {}) => await carryOut(run(deps), options, inPipeline('reasons', over));
  const first = await once(making('1', { env: { A: 'a' } }));
  assert.deepEqual(first.because, { code: 'first_run', facts: {} });
  const second = await once(making('1', { env: { A: 'b' } }));
  assert.equal(told(second), 'env.A a → b');
  const third = await once(making('1', { env: { A: 'a' } }));
  assert.match(told(third), /^equal to test-20260101-000000-\d+\/step$/);
  // Compared with what the run before reused, not with what was made last.
  assert.equal(told(await once(making('1', { env: { A: 'c' } }))), 'env.A a → c');
  await rm(deps.store.folder(first.outputs.out as Handle), { recursive: true });
  assert.match(told(await once(making('1', { env: { A: 'a' } }))), /^an artifact of test-\S+\/step is gone$/);
});

test('a step that must run in any case says who asked for that', async () => {
  const because: Reason = { code: 'no_reuse', facts: { by: 'command' } };
  const over = inPipeline('forced', { reuse: false, because });
  await carryOut(run(deps), making('f'), over);
  const again = await carryOut(run(deps), making('f'), over);
  assert.deepEqual([again.because, again.reusedFrom], [because, undefined]);
  assert.equal(told(await carryOut(run(deps), { command: node('') })), 'never reused: it has no `inputs`');
});

test('a step that was never run is compared with no other step, be it of its matrix or of its kind', async () => {
  const row = (id: string, A: string) =>
    carryOut(run(deps), making('m', { env: { A } }), inPipeline('matrix', { step: id }));
  await row('own@a=1', '1');
  assert.deepEqual((await row('own@a=2', '2')).because, { code: 'first_run', facts: {} });
});

test('rows that were added are counted', async () => {
  const source = join(deps.root, 'rows.jsonl');
  const rows = (count: number) =>
    Array.from({ length: count }, (_, n) => `{"instruction": "What is ${n}?", "output": "It is ${n}."}\n`).join('');
  const once = async (count: number) => {
    await writeFile(source, rows(count));
    const pins = { files: { [source]: await digests(deps).of(source) }, bases: {}, models: {} };
    return await carryOut(prepare(deps), { source }, inPipeline('grown', { pins, uses: 'prepare', step: 'data' }));
  };
  await once(40);
  assert.equal(told(await once(43)), 'data changed: 40 → 43 rows');
});

test('the same rows from another file are the same dataset', async () => {
  const forms = {
    'rows.csv': 'instruction,output\nName a gas.,Neon.\nName a metal.,Iron.\n',
    'of-windows.csv': 'instruction,output\r\nName a gas.,Neon.\r\nName a metal.,Iron.\r\n',
    'renamed.jsonl':
      '{"instruction": "Name a gas.", "output": "Neon."}\n{"output":"Iron.",  "instruction":"Name a metal."}\n',
  };
  const made: unknown[] = [];
  for (const [name, content] of Object.entries(forms)) {
    const source = join(deps.root, name);
    await writeFile(source, content);
    const pins = { files: { [source]: await digests(deps).of(source) }, bases: {}, models: {} };
    const done = await carryOut(prepare(deps), { source }, { pins, uses: 'prepare', step: 'data' });
    made.push(done.outputs.dataset);
  }
  assert.deepEqual(made, [made[0], made[0], made[0]]);
});

/** A step that runs until its gate file is there; started, and not awaited. */
function started(gate: string, over: Partial<StepInput> = {}, script = '') {
  const command = node(
    `${script}; const wait = () => fs.existsSync(${JSON.stringify(gate)}) ? fs.writeFileSync("out", "made") : setTimeout(wait, 20); wait()`,
  );
  const options = { command, inputs: {}, outputs: { out: { path: 'out' } } };
  const environment = mockWorker();
  const phases: Phase['code'][] = [];
  environment.on('heartbeat', (details: Progress | undefined) => {
    if (details && details.phase.code !== phases.at(-1)) phases.push(details.phase.code);
    if (details?.phase.code === 'equal_step') waitedFor = details.phase.facts;
  });
  const result = carryOut(run(deps), options, over, environment);
  result.catch(() => {});
  let waitedFor: { run: string; step: string } | undefined;
  const said = async (phase: Phase['code']) => {
    while (!phases.includes(phase)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { result, environment, said, options, waitedFor: () => waitedFor };
}

test('of two equal steps at once one works; the other says so, and takes what came out', async () => {
  const gate = join(deps.root, 'gate-1');
  const first = started(gate, { runId: 'test-20260101-000000-first' });
  await first.said('running');
  const second = started(gate, { runId: 'test-20260101-000000-second' });
  await second.said('equal_step');
  assert.deepEqual(second.waitedFor(), { run: 'test-20260101-000000-first', step: 'step' });
  await writeFile(gate, '');
  const [made, taken] = await Promise.all([first.result, second.result]);
  assert.equal(taken.reusedFrom, 'test-20260101-000000-first');
  assert.equal(told(taken), 'equal to test-20260101-000000-first/step');
  assert.deepEqual(taken.outputs, made.outputs);
});

test('a step that waits longer than a moment gives its slot back, and that is no failure of its own', async () => {
  const gate = join(deps.root, 'gate-2');
  const first = started(gate, { runId: 'test-20260101-000000-long' });
  await first.said('running');
  const over = { runId: 'test-20260101-000000-patient', maxAttempts: 1 };
  const failure = await failureOf(started(gate, over).result);
  assert.deepEqual([failure.type, failure.nonRetryable, failure.nextRetryDelay], ['EQUAL_STEP_RUNNING', false, '3s']);
  assert.match(failure.message, /^waiting for test-20260101-000000-long\/step/);
  const [detail] = failure.details as [{ waitsFor: object }];
  assert.deepEqual(detail.waitsFor, { run: 'test-20260101-000000-long', step: 'step' });
  assert.deepEqual(await readLedger(join(deps.runs, over.runId, 'steps', 'step', 'attempts.jsonl')), []);
  // The same on the way to the device, where nobody should wait in its slot.
  const asking = reuse(deps) as (input: StepInput) => Promise<StepResult>;
  const ask = async (): Promise<StepResult> =>
    await mockWorker().run(asking, stepInput({ runId: over.runId, with: first.options }));
  assert.equal((await failureOf(ask())).type, 'EQUAL_STEP_RUNNING');
  await writeFile(gate, '');
  await first.result;
  assert.equal((await ask()).reusedFrom, 'test-20260101-000000-long');
});

test('a step that waits can be cancelled', async () => {
  const gate = join(deps.root, 'gate-3');
  const first = started(gate, { runId: 'test-20260101-000000-holder' });
  await first.said('running');
  const second = started(gate, { runId: 'test-20260101-000000-cancelled' });
  await second.said('equal_step');
  second.environment.cancel('CANCELLED');
  await assert.rejects(second.result, (error) => error instanceof CancelledFailure);
  await writeFile(gate, '');
  await first.result;
});

test('where the one that works fails, the one that waits does the work itself', async () => {
  const [gate, flag] = [join(deps.root, 'gate-4'), join(deps.root, 'flag')];
  const failing = `if (!fs.existsSync(${JSON.stringify(flag)})) { fs.writeFileSync(${JSON.stringify(flag)}, ""); setTimeout(() => process.exit(1), 500) }`;
  const first = started(gate, { runId: 'test-20260101-000000-failing', maxAttempts: 1 }, failing);
  await first.said('running');
  const second = started(gate, { runId: 'test-20260101-000000-instead' }, failing);
  await second.said('equal_step');
  await failureOf(first.result);
  await second.said('running');
  await writeFile(gate, '');
  assert.equal((await second.result).reusedFrom, undefined);
});

test('a step that must run in any case waits for nobody', async () => {
  const gate = join(deps.root, 'gate-5');
  const first = started(gate, { runId: 'test-20260101-000000-held' });
  await first.said('running');
  const because: Reason = { code: 'no_reuse', facts: { by: 'document' } };
  const over = { runId: 'test-20260101-000000-anyway', reuse: false, because };
  const second = started(gate, over);
  await second.said('running');
  await writeFile(gate, '');
  const both = await Promise.all([first.result, second.result]);
  assert.deepEqual(both[0].outputs, both[1].outputs);
  assert.deepEqual(both[1].because, because);
});

test('what was dropped on purpose is still reused, and equal steps find it', async () => {
  const made = await carryOut(run(deps), making('dropped'), inPipeline('dropped'));
  await dropBytes(deps.store, made.outputs.out as Handle, 'a test');
  assert.match(told(await carryOut(run(deps), making('dropped'), inPipeline('dropped'))), /^equal to /);
  const log = await readFile(join(deps.runs, 'test-20260101-000000-held', 'steps', 'step', 'log.txt'), 'utf8');
  assert.match(log, /--- attempt 1, \S+, on test-host: first run of this step.* ---/);
});
