// needs: python, ollama
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findReusable } from '../../../activities/engine/reuse/find-reusable.ts';
import { stepKey } from '../../../activities/engine/reuse/key.ts';
import { pin } from '../../../activities/lifecycle/pin.ts';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import type { Handle } from '../../../core/handles.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PinInput, PinResult, Pins } from '../../../protocol/activities.ts';
import { writeServed } from '../../../services/ollama/served-models.ts';
import { readAllReferences } from '../../../services/runs/run-references.ts';
import { writeStepOutcome } from '../../../services/runs/step-outcome.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import { writeLatest } from '../../../services/store/previous-results.ts';
import { writeStepRecord } from '../../../services/store/reuse-index.ts';
import { failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { resolvedStep } from '../../rig/resolved-step.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { writeSmallBase } from '../../rig/small-base.ts';
import { putModel } from '../../rig/smallest-gguf.ts';

let ollama: TestOllama;
let deps: Awaited<ReturnType<typeof makeDeps>>;
let checkpoints: Handle;
let adapter: Handle;
let dataset: Handle;
before(async () => {
  ollama = await startOllama();
  deps = await makeDeps();
  deps.ollama = { serving: ollama.url, own: ollama.url, ownModels: ollama.models };
  dataset = await publish('dataset', 'rows');
  checkpoints = await publish('checkpoints', 'states');
  adapter = await publish('adapter', 'weights');
  // Two models that temper made, of which one has lost its adapter, and one that it did not make.
  await serve('mine:latest', adapter);
  await serve('lost:latest', { ...adapter, digest: `sha256:${'0'.repeat(64)}` });
  await putModel(ollama.server, 'pulled:latest', 'pulled', deps.root);
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

async function publish(kind: Handle['kind'], content: string, meta: Manifest['meta'] = {}): Promise<Handle> {
  const staging = await deps.store.stage('test');
  await writeFile(join(staging, 'files', 'content'), content);
  return await deps.store.publish(staging, kind, meta);
}

async function serve(name: string, from: Handle): Promise<void> {
  const digest = await putModel(ollama.server, name, name.replace(':', '-'), deps.root);
  const served = { name, gguf: from, proof: from, lineage: { adapter: from }, createdAt: '' };
  await writeServed(deps.store.root, digest, served);
}

let count = 0;
async function pinned(continueFrom: string): Promise<Pins> {
  await writeFile(join(deps.root, 'rows.jsonl'), '{}\n');
  await writeSmallBase(`${deps.root}/base`, { architectures: ['Qwen2ForCausalLM'] });
  const text = `
name: p
steps:
  data: { uses: prepare, with: { source: ${deps.root}/rows.jsonl } }
  train: { uses: train, with: { base: ${deps.root}/base, dataset: "\${{ steps.data.outputs.dataset }}", continue_from: ${continueFrom} } }
`;
  const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
  const planned = makePlan(text, '/p.yaml', {}, rules);
  assert.ok(planned.plan, renderProblems(planned, 'p.yaml'));
  const input: PinInput = { runId: `p-20260101-000000-${count++}`, plan: planned.plan, reuse: true };
  const result: PinResult = await mockWorker().run(pin(deps), input);
  return result.pins;
}

test('the adapter of a served model is pinned when the run begins, and kept while the run is open', async () => {
  assert.deepEqual((await pinned('mine:latest')).adapters, { 'mine:latest': adapter });
  const runs = await readAllReferences({ runs: deps.runs, store: deps.store.root });
  assert.ok(runs.some(({ artifacts }) => artifacts.has(adapter.digest)));
});

test('if there is no such model yet, the training starts from the base model only with `or: fresh`', async () => {
  assert.deepEqual((await pinned('{ model: "new:latest", or: fresh }')).adapters, { 'new:latest': null });
  const failure = await failureOf(pinned('new:latest'));
  assert.equal(failure.type, 'MODEL_NOT_IN_OLLAMA');
  assert.match(
    failure.message,
    /step "train" continues from the model "new:latest", which Ollama at \S+ does not have/,
  );
  const [{ remedy }] = failure.details as [{ remedy: string }];
  assert.match(remedy, /write `continue_from: \{ model: "new:latest", or: fresh \}`/);
});

test('a model without a known adapter is refused before the run begins, also with `or: fresh`', async () => {
  for (const [name, message] of [
    ['pulled:latest', /knows no adapter of pulled:latest \(\w{12}\) in Ollama at \S+$/],
    ['lost:latest', /whose adapter sha256:0+ is no longer in the store/],
  ] as const) {
    const failure = await failureOf(pinned(`{ model: "${name}", or: fresh }`));
    assert.equal(failure.type, 'NO_ADAPTER');
    assert.match(failure.message, message);
  }
});

/** The latest training of the step `train`, which made `adapter` and continued from another one. */
async function trained(options: object): Promise<void> {
  const before: Handle = { uri: 'artifact:0', digest: `sha256:${'1'.repeat(64)}`, size: 1, kind: 'adapter' };
  const parsed = resolvedStep('train', { base: 'org/a', dataset, continue_from: before, ...options });
  const { key, ingredients } = await stepKey(deps, parsed, { files: {}, bases: {}, models: {} });
  const [runId, step, outputs] = ['p-20250101-000000-old', 'train', { checkpoints }];
  const latest = { key: key!, runId, pipeline: 'p', step, ingredients: ingredients!, outputs };
  await writeLatest(deps.store.root, { pipeline: 'p', step }, latest);
  const rest = { uses: 'train' as const, artifacts: [], summary: 'as before', finishedAt: '' };
  await writeStepRecord(deps.store.root, { ...rest, key: key!, runId, step, outputs, ingredients });
  const best = { uses: 'checkpoint' as const, key: `sha256:${'4'.repeat(64)}`, outputs: { adapter } };
  await writeStepOutcome(join(deps.runs, runId, 'steps', 'best'), { ...rest, ...best });
  const from = { kind: checkpoints.kind, digest: checkpoints.digest };
  await writeStepRecord(deps.store.root, { ...rest, ...best, runId, step: 'best', ingredients: { options: { from } } });
}

async function ask(options: object) {
  const pins: Pins = { files: {}, bases: {}, models: {}, adapters: { 'mine:latest': adapter } };
  const parsed = resolvedStep('train', { base: 'org/a', dataset, continue_from: 'mine:latest', ...options });
  const asking = { runId: 'p-20260101-000000-ask', pipeline: 'p', step: 'train', pins };
  return (await findReusable(deps, asking, await stepKey(deps, parsed, pins))).hit;
}

test('a night with nothing new trains nothing: the served adapter already is the result of an equal training', async () => {
  await trained({});
  const hit = await ask({});
  assert.deepEqual([hit?.outputs, hit?.reusedFrom], [{ checkpoints }, 'p-20250101-000000-old']);
  assert.deepEqual(hit?.because, {
    code: 'served',
    facts: { model: 'mine:latest', run: 'p-20250101-000000-old' },
  });
});

test('other rows, other options or another served adapter start a training', async () => {
  await trained({});
  assert.equal(await ask({ epochs: 4 }), undefined);
  assert.equal(await ask({ dataset: { ...dataset, digest: `sha256:${'2'.repeat(64)}` } }), undefined);
  assert.equal(await ask({ continue_from: { ...adapter, digest: `sha256:${'3'.repeat(64)}` } }), undefined);
});
