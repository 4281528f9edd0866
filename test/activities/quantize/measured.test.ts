// needs: python, llama.cpp
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { digests } from '../../../activities/engine/pinned-files.ts';
import { quantize } from '../../../activities/quantize/quantize.ts';
import type { Handle } from '../../../core/handles.ts';
import { type DriftReport, driftReportSchema } from '../../../core/quantization/drift-report.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureLlamaCpp } from '../../../services/setup/llama-cpp/ensure.ts';
import { exists } from '../../../services/store/durable-files.ts';
import { carryOut, failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { makeTestModels, publishFolder } from '../../rig/test-models.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let dataset: Handle;
let model: Handle;
/** As a run has it whose merge step names the base: the folder, with its digest. */
let pins: StepInput['pins'];

before(async () => {
  deps = await makeDeps({
    ollama: { serving: 'http://127.0.0.1:9', own: 'http://127.0.0.1:9', ownModels: '/nowhere' },
    llamaCpp: (report) => ensureLlamaCpp(cacheDir(), report),
  });
  const models = join(deps.root, 'test-models');
  await makeTestModels(deps, models);
  dataset = await publishRows(['train', 'eval']);
  const folder = join(models, 'plain');
  const pinned = await digests(deps).ofBase(folder);
  pins = { files: { [folder]: pinned }, bases: {}, models: {} };
  const base = { name: 'plain', digest: pinned.digest };
  model = await publishFolder(deps, join(models, 'sound'), 'model', { normalised: 'as made', dataset, base });
});
after(async () => await rm(deps.root, { recursive: true, force: true }));

async function publishRows(sides: readonly string[]): Promise<Handle> {
  const folder = join(deps.root, `rows-${sides.join('-')}`);
  await mkdir(folder);
  const row = (index: number) => ({
    messages: [
      { role: 'user', content: `What is ${index} plus ${index}?` },
      { role: 'assistant', content: `${index} plus ${index} is ${2 * index}.` },
    ],
  });
  for (const [at, side] of sides.entries()) {
    const lines = Array.from({ length: 6 }, (_, index) => JSON.stringify(row(index + 10 * at)));
    await writeFile(join(folder, `${side}.jsonl`), `${lines.join('\n')}\n`);
  }
  return await publishFolder(deps, folder, 'dataset');
}

async function reportOf({ outputs }: StepResult): Promise<DriftReport> {
  const { path } = await deps.store.open(outputs.measured as Handle);
  return driftReportSchema.parse(JSON.parse(await readFile(join(path, 'drift.json'), 'utf8')));
}

const names = ({ types }: DriftReport) => types.map(({ type, imatrix }) => (imatrix ? `${type} imatrix` : type));

// One run, so that what an attempt has made serves all of them: starting Python is what takes the time.
const runId = 'measured-20260101-000000-0';
const several = async (options: object, environment = mockWorker()) =>
  await carryOut(quantize(deps), { model, ...options }, { runId, reuse: false }, environment);

test('an attempt that was stopped leaves its files to the next one, which takes the smallest type within the bound', async () => {
  const options = { type: ['q8_0', 'q4_0'], max_drift: 5 };
  const phasesOf = (environment: ReturnType<typeof mockWorker>, on: (phase: string) => void = () => {}) => {
    const phases = new Set<string>();
    environment.on('heartbeat', ({ phase }: { phase?: { code: string } }) => {
      if (!phase) return;
      phases.add(phase.code);
      on(phase.code);
    });
    return phases;
  };
  const stopped = mockWorker();
  const first = phasesOf(stopped, (phase) => phase === 'measuring_drift' && stopped.cancel());
  await assert.rejects(several(options, stopped), { name: 'CancelledFailure' });
  assert.ok(first.has('quantizing'));

  const worker = mockWorker();
  const second = phasesOf(worker);
  const result = await several(options, worker);
  assert.ok(second.has('measuring_drift'), [...second].join());
  assert.ok(!second.has('quantizing') && !second.has('converting'), [...second].join());

  const { outputs, summary } = result;
  const report = await reportOf(result);
  assert.deepEqual([outputs.type, outputs.engine], ['q4_0', 'llama.cpp']);
  assert.deepEqual(names(report), ['q8_0', 'q4_0']);
  const [large, small] = report.types;
  assert.ok(0 < large!.kl && large!.kl < small!.kl, JSON.stringify(report.types));
  assert.equal(outputs.drift, small!.kl);
  assert.equal(report.rows.side, 'held-out');
  assert.equal(report.before, null, 'no step of the run names the base');
  assert.ok(report.rows.bytes! > 0 && small!.bits_per_byte! > 0 && outputs.bits_per_byte === small!.bits_per_byte);
  assert.match(String(summary), /q4_0 by llama\.cpp.*the smallest of 2 types within 5/);
  const { manifest } = await deps.store.open(outputs.gguf as Handle, { verify: true });
  assert.equal(manifest.meta.type, 'q4_0');
  assert.equal(manifest.size, small!.bytes);
  assert.equal((manifest.meta.parent as Handle).kind, 'gguf');
  const [step] = await readdir(join(deps.runs, runId, 'steps'));
  assert.equal(await exists(join(deps.runs, runId, 'steps', step!, 'types')), false);

  const between = (large!.kl + small!.kl) / 2;
  assert.equal((await several({ type: ['q4_0', 'q8_0', 'f16'], max_drift: between })).outputs.type, 'q8_0');
});

test('if no type is within the bound the step fails with the figures, unless the f16 model itself is among them', async () => {
  const failure = await failureOf(several({ type: ['q8_0', 'q4_0'], max_drift: 1e-9 }));
  assert.equal(failure.type, 'DRIFT_TOO_LARGE');
  assert.equal(failure.nonRetryable, true);
  assert.match(failure.message, /each of 2 types.*max_drift: 1e-9[\s\S]*\| q8_0 \|[\s\S]*\| q4_0 \|/);
  const { outputs } = await several({ type: ['q8_0', 'f16'], max_drift: 1e-9 });
  assert.deepEqual([outputs.type, outputs.drift], ['f16', 0]);
});

test('one type is measured too, and refused beyond the bound', async () => {
  const one = await failureOf(carryOut(quantize(deps), { model, type: 'q8_0', engine: 'llama.cpp', max_drift: 1e-9 }));
  assert.equal(one.type, 'DRIFT_TOO_LARGE');
  assert.match(one.message, /^q8_0 changes the model by more than/);
});

test('with an importance matrix the taken type is also made without it, and rows without a held-out side say so', async () => {
  const result = await carryOut(
    quantize(deps),
    {
      model,
      type: 'q4_0',
      imatrix: true,
      dataset: await publishRows(['train']),
    },
    { pins },
  );
  const report = await reportOf(result);
  assert.deepEqual(names(report), ['q4_0 imatrix', 'q4_0']);
  assert.equal(report.taken, 0);
  assert.equal(report.rows.side, 'training');
  assert.ok(report.imatrix!.tokens > 0);
  assert.notEqual(report.types[0]!.kl, report.types[1]!.kl);
  // Random weights know hardly more than that there are 512 tokens; one token of each row is its end.
  const guess = ((report.rows.tokens - report.rows.rows) * Math.log2(512)) / report.rows.bytes!;
  const ofBase = report.before!.bits_per_byte;
  assert.ok(Math.abs(ofBase / guess - 1) < 0.05, `${ofBase} ${guess}`);
  assert.notEqual(report.parent.bits_per_byte, ofBase);
  assert.match(String(result.summary), /without the importance matrix .* bits a byte, the base model \d/);
  const { path } = await deps.store.open(result.outputs.gguf as Handle);
  // The quantizer writes the name of the file into the model's: a path would make other bytes on another machine.
  const bytes = await readFile(join(path, 'model.gguf'));
  assert.ok(bytes.includes('importance.gguf') && !bytes.includes(deps.root));
});

test('a model that names no rows needs a dataset', async () => {
  const bare = await publishFolder(deps, join(deps.root, 'test-models', 'sound'), 'model', { normalised: 'as made' });
  const failure = await failureOf(carryOut(quantize(deps), { model: bare, type: 'q8_0', measure: true }));
  assert.equal(failure.type, 'BAD_OPTIONS');
  assert.match(failure.message, /does not name the rows/);
});
