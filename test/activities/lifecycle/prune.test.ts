import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { prune } from '../../../activities/lifecycle/prune.ts';
import type { ArtifactKind, Handle } from '../../../core/handles.ts';
import type { StepKind } from '../../../core/kinds/registry.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { Outputs } from '../../../core/run/run-state.ts';
import type { Pruned } from '../../../protocol/activities.ts';
import { writeStepOutcome } from '../../../services/runs/step-outcome.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import { mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
beforeEach(async () => {
  deps = await makeDeps();
});
afterEach(() => rm(deps.root, { recursive: true, force: true }));

async function publish(kind: ArtifactKind, content: string, meta: Manifest['meta'] = {}): Promise<Handle> {
  const staging = await deps.store.stage('test');
  await writeFile(join(staging, 'files', 'content'), content);
  return await deps.store.publish(staging, kind, meta);
}

async function ended(run: string, step: string, uses: StepKind, outputs: Outputs, more: readonly Handle[] = []) {
  const artifacts = [...Object.values(outputs), ...more].map((handle) => (handle as Handle).digest);
  const folder = join(deps.runs, run, 'steps', step);
  await writeStepOutcome(folder, { uses, outputs, artifacts, summary: '', key: '', finishedAt: '' });
  const plan: Partial<Plan> = { version: 2, pipeline: 'p', steps: [] };
  await writeFile(join(deps.runs, run, 'plan.json'), JSON.stringify(plan));
}

/** base (by a run step) → merged → f16 → q8, the last imported and proven where `isProven`. */
async function road(run: string, isProven = true) {
  const base = await publish('model', 'base');
  const adapter = await publish('adapter', 'adapter', { base: { name: 'base', digest: base.digest } });
  const model = await publish('model', 'merged', { adapter });
  const parent = await publish('gguf', 'f16', { model, parent: null });
  const gguf = await publish('gguf', 'q8', { model, parent });
  const proof = await publish('report', 'proof', { gguf });
  await ended(run, 'base', 'run', { model: base });
  await ended(run, 'best', 'checkpoint', { adapter });
  await ended(run, 'merged', 'merge', { model });
  await ended(run, 'gguf', 'quantize', { gguf }, [parent]);
  if (isProven) await ended(run, 'model', 'import', { proof });
  return { base, adapter, model, parent, gguf, proof };
}

const pruned = async (runId: string): Promise<Pruned> => await mockWorker().run(prune(deps), { runId });
const conditions = async (handles: Record<string, Handle>) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(handles).map(async ([name, handle]) => [name, await deps.store.condition(handle)] as const),
    ),
  );
const whole = { base: 'whole', adapter: 'whole', gguf: 'whole', proof: 'whole' };

test('after a proof the merged model and the f16 parent lose their bytes; base, adapter, GGUF and report keep theirs', async () => {
  const handles = await road('run-1');
  assert.deepEqual(await pruned('run-1'), { artifacts: 2, bytes: 'merged'.length + 'f16'.length });
  assert.deepEqual(await conditions(handles), { ...whole, model: 'dropped', parent: 'dropped' });
  assert.deepEqual(await pruned('run-1'), { artifacts: 0, bytes: 0 });
});

test('nothing is dropped that no import has proven, not even when another GGUF of the same model was', async () => {
  const handles = await road('run-1', false);
  assert.deepEqual(await pruned('run-1'), { artifacts: 0, bytes: 0 });
  const second = await publish('gguf', 'q4', { model: handles.model, parent: handles.parent });
  const proof = await publish('report', 'proof of q4', { gguf: second });
  await ended('run-1', 'smaller', 'quantize', { gguf: second }, [handles.parent]);
  await ended('run-1', 'model', 'import', { proof });
  assert.deepEqual(await pruned('run-1'), { artifacts: 0, bytes: 0 });
});

test('an f16 GGUF that is itself the result of a step stays, and so does a merged model that a training starts from', async () => {
  const handles = await road('run-1');
  await ended('run-1', 'plain', 'quantize', { gguf: handles.parent });
  const plainProof = await publish('report', 'proof of f16', { gguf: handles.parent });
  await ended('run-1', 'import-plain', 'import', { proof: plainProof });
  const next = await publish('adapter', 'second', { base: { name: 'm', digest: handles.model.digest } });
  await ended('run-1', 'best-2', 'checkpoint', { adapter: next });
  assert.deepEqual(await pruned('run-1'), { artifacts: 0, bytes: 0 });
  assert.deepEqual(await conditions(handles), { ...whole, model: 'whole', parent: 'whole' });
});

test('a model that `quantize` normalised is an intermediate too; the one a `run` step made is not', async () => {
  const base = await publish('model', 'base');
  const normalised = await publish('model', 'normalised', { normalised: base });
  const gguf = await publish('gguf', 'f16', { model: normalised, parent: null });
  const proof = await publish('report', 'proof', { gguf });
  await ended('run-1', 'base', 'run', { model: base });
  await ended('run-1', 'gguf', 'quantize', { gguf }, [normalised]);
  await ended('run-1', 'model', 'import', { proof });
  await pruned('run-1');
  assert.deepEqual(await conditions({ base, normalised, gguf }), {
    base: 'whole',
    normalised: 'dropped',
    gguf: 'whole',
  });
});

test('what another run that is still open refers to stays, and what a pipeline with `keep: always` has made', async () => {
  const handles = await road('run-1');
  await ended('run-2', 'merged', 'merge', { model: handles.model });
  await mkdir(join(deps.runs, 'run-3'), { recursive: true });
  await ended('run-3', 'gguf', 'quantize', { gguf: handles.gguf }, [handles.parent]);
  const keeping = { version: 2, pipeline: 'k', steps: [], keep: { intermediates: 'always' } };
  await writeFile(join(deps.runs, 'run-3', 'plan.json'), JSON.stringify(keeping));
  await writeFile(join(deps.runs, 'run-3', 'run.json'), JSON.stringify({ status: 'succeeded', steps: {} }));
  assert.deepEqual(await pruned('run-1'), { artifacts: 0, bytes: 0 });
  await writeFile(join(deps.runs, 'run-2', 'run.json'), JSON.stringify({ status: 'failed', steps: {} }));
  assert.deepEqual(await pruned('run-1'), { artifacts: 1, bytes: 'merged'.length });
});

test('what a pipeline within a run made only on the way goes with the whole, unless its own document keeps it', async () => {
  const handles = await road('p-1.part');
  await ended('p-1', 'own', 'run', {});
  assert.equal((await pruned('p-1')).artifacts, 2);
  assert.deepEqual(await conditions(handles), { ...whole, model: 'dropped', parent: 'dropped' });
  await writeFile(join(deps.runs, 'p-1', 'run.json'), JSON.stringify({ status: 'succeeded', steps: {} }));
  const kept = await road('q-1.part');
  await ended('q-1', 'own', 'run', {});
  await writeFile(
    join(deps.runs, 'q-1.part', 'plan.json'),
    JSON.stringify({ version: 2, pipeline: 'p', steps: [], keep: { intermediates: 'always' } }),
  );
  assert.equal((await pruned('q-1')).artifacts, 0);
  assert.equal((await conditions(kept)).gguf, 'whole');
});
