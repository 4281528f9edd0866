// needs: ollama
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Handle } from '../../../core/handles.ts';
import type { Outputs } from '../../../core/run/run-state.ts';
import { writeServed } from '../../../services/ollama/served-models.ts';
import { writeStagingNames } from '../../../services/ollama/staging-names.ts';
import { readAllReferences } from '../../../services/runs/run-references.ts';
import { writeStepOutcome } from '../../../services/runs/step-outcome.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import { exists } from '../../../services/store/durable-files.ts';
import { type CleanUp, carryOutRemovals, findRemovals } from '../../../services/store/housekeeping/find-removals.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import { readStepRecord, writeStepRecord } from '../../../services/store/reuse-index.ts';
import { verifyStore } from '../../../services/store/verification.ts';
import { readWrittenRows, writeWrittenRows } from '../../../services/store/written-rows.ts';
import { flipBit } from '../../rig/flip-bit.ts';
import { startOllama } from '../../rig/servers/ollama-server.ts';
import { putModel } from '../../rig/smallest-gguf.ts';

let root: string;
let store: ArtifactStore;
let home: { runs: string; store: string };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'temper-gc-'));
  home = { runs: join(root, 'runs'), store: join(root, 'store') };
  store = new ArtifactStore(home.store);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const hour = 3_600_000;
const day = 24 * hour;
/** Everything that a test makes is then older than the hour of grace. */
const later = () => Date.now() + 2 * hour;

async function publish(content: string, meta: Manifest['meta'] = {}, kind: Handle['kind'] = 'files'): Promise<Handle> {
  const staging = await store.stage('test');
  await writeFile(join(staging, 'files', 'content'), content);
  return await store.publish(staging, kind, meta);
}

interface Made {
  status?: 'succeeded' | 'failed';
  pipeline?: string;
  daysAgo?: number;
  outputs?: Outputs;
  reusedFrom?: string;
}

/** Writes the folder of a run of one step; without a status the run is open. */
async function makeRun(runId: string, made: Made): Promise<string> {
  const { status, pipeline = 'p', daysAgo = 0, outputs = {}, reusedFrom } = made;
  const folder = join(home.runs, runId);
  const step = join(folder, 'steps', 'only');
  await mkdir(step, { recursive: true });
  const document = { path: `/docs/${pipeline}.yaml`, text: '' };
  await writeFile(
    join(folder, 'plan.json'),
    JSON.stringify({ version: 2, pipeline, steps: [], inputs: { rows: 'my rows' }, document }),
  );
  const artifacts = Object.values(outputs).map((output) => (output as Handle).digest);
  const outcome = { uses: 'run' as const, outputs, artifacts, summary: '', key: '', finishedAt: '' };
  await writeStepOutcome(step, { ...outcome, ...(reusedFrom ? { reusedFrom } : {}) });
  const endedAt = Date.now() - daysAgo * day;
  if (status)
    await writeFile(
      join(folder, 'run.json'),
      JSON.stringify({ runId, pipeline, status, steps: {}, startedAt: 1, endedAt }),
    );
  return step;
}

const find = async (over: Partial<CleanUp> = {}) => await findRemovals({ home, ollama: [], now: later(), ...over });
async function clean(over: Partial<CleanUp> = {}): Promise<string[]> {
  const { removals } = await find(over);
  await carryOutRemovals(removals, () => {});
  return removals.map(({ kind }) => kind).sort();
}
const condition = async (handle: Handle) => await store.condition(handle);

test('an artifact is removed when no run refers to it, but not within an hour', async () => {
  const [used, lost] = [await publish('used'), await publish('lost')];
  await makeRun('run-1', { status: 'failed', outputs: { used } });
  assert.deepEqual(await clean({ now: Date.now() }), []);
  const { removals, kept } = await find();
  assert.deepEqual(
    removals.map(({ name, bytes, reason }) => [name, bytes, reason]),
    [[`files ${lost.digest.slice(0, 19)}`, 4, 'no run and no served model refers to it']],
  );
  assert.deepEqual(kept, [{ kind: 'artifact', bytes: 4 }]);
  assert.equal(await condition(lost), 'whole', 'finding changes nothing');
  assert.deepEqual(await clean(), ['artifact']);
  assert.deepEqual(await readdir(join(home.store, 'artifacts')), [used.digest.slice(7)]);
  assert.deepEqual(await readdir(store.staging), []);
});

test('the inputs named in the manifest of a kept artifact are kept too', async () => {
  const dataset = await publish('rows', {}, 'dataset');
  const adapter = await publish('adapter', { dataset, base: { name: 'b', digest: 'hub:b@1' } }, 'adapter');
  const model = await publish('model', { adapter }, 'model');
  await makeRun('run-1', { status: 'succeeded', outputs: { model } });
  assert.deepEqual(await clean(), []);
});

test('an open run keeps everything it published, also by a killed step without a result', async () => {
  const half = await publish('the first of two');
  const step = await makeRun('run-1', {});
  await writeFile(
    join(step, 'attempts.jsonl'),
    `${JSON.stringify({ event: 'published', attempt: 1, at: '', digest: half.digest })}\n`,
  );
  assert.deepEqual(await clean({ olderThan: 0 }), []);
  assert.equal(await condition(half), 'whole');
});

test('--older-than deletes bytes and keeps manifests; open runs and the newest success of each pipeline keep their bytes', async () => {
  const handles = await Promise.all(
    ['old', 'shared', 'newest', 'failed', 'open', 'other'].map((text) => publish(text)),
  );
  const [old, shared, newest, failed, open, other] = handles as [Handle, Handle, Handle, Handle, Handle, Handle];
  await makeRun('run-1', { status: 'succeeded', daysAgo: 90, outputs: { old, shared } });
  await makeRun('run-2', { status: 'succeeded', daysAgo: 40, outputs: { newest, shared } });
  await makeRun('run-3', { status: 'failed', daysAgo: 35, outputs: { failed } });
  await makeRun('run-4', { outputs: { open } });
  await makeRun('run-5', { status: 'succeeded', pipeline: 'q', daysAgo: 300, outputs: { other } });
  assert.deepEqual(await clean(), []);
  assert.deepEqual(await clean({ olderThan: 30 * day }), ['bytes of an artifact', 'bytes of an artifact']);
  assert.deepEqual(await Promise.all(handles.map(condition)), [
    'dropped',
    'whole',
    'whole',
    'dropped',
    'whole',
    'whole',
  ]);
  await assert.rejects(store.open(old), /temper gc deleted its bytes/);
  assert.ok(await exists(join(home.runs, 'run-1', 'run.json')), 'records outlive everything');
  assert.deepEqual(await clean({ olderThan: 30 * day }), []);
});

test('a key record is removed with its artifact, and stays if that was only dropped', async () => {
  const [lost, old, newer] = [await publish('lost'), await publish('old'), await publish('newer')];
  await makeRun('run-1', { status: 'succeeded', daysAgo: 90, outputs: { old } });
  await makeRun('run-2', { status: 'succeeded', daysAgo: 1, outputs: { newer } });
  const key = (digit: string) => `sha256:${digit.repeat(64)}`;
  const record = { uses: 'run' as const, runId: 'r', step: 's', summary: '', ingredients: {}, finishedAt: '' };
  await writeStepRecord(home.store, { ...record, key: key('1'), outputs: { lost }, artifacts: [] });
  await writeStepRecord(home.store, { ...record, key: key('2'), outputs: {}, artifacts: [lost.digest, old.digest] });
  await writeStepRecord(home.store, { ...record, key: key('3'), outputs: { old }, artifacts: [] });
  assert.deepEqual(await clean({ olderThan: 30 * day }), [
    'artifact',
    'bytes of an artifact',
    'key record',
    'key record',
  ]);
  const left = await Promise.all(['1', '2', '3'].map((digit) => readStepRecord(home.store, key(digit))));
  assert.deepEqual(left.map(Boolean), [false, false, true]);
});

test('what a model wrote of a document stays for half a year after its last use', async () => {
  for (const [key, daysAgo] of [
    ['used', 170],
    ['forgotten', 190],
  ] as const) {
    await writeWrittenRows(home.store, key, { rows: [] });
    const at = new Date(Date.now() - daysAgo * day);
    await utimes(join(home.store, 'written-rows', `${key}.json`), at, at);
  }
  assert.ok(await readWrittenRows(home.store, 'used'));
  assert.deepEqual(await clean({}), ['written rows']);
  assert.deepEqual(
    [await readWrittenRows(home.store, 'used'), await readWrittenRows(home.store, 'forgotten')],
    [{ rows: [] }, undefined],
  );
});

/** A training's step: work folder, and a list of checkpoints in the store. */
async function makeTraining(runId: string, made: Made): Promise<{ step: string; list: string; saved: Handle }> {
  const step = await makeRun(runId, made);
  await mkdir(join(step, 'work', 'checkpoints', 'checkpoint-10'), { recursive: true });
  await writeFile(join(step, 'work', 'checkpoints', 'checkpoint-10', 'weights'), 'w'.repeat(100));
  const saved = await publish(`saved by ${runId}`, { run: runId, step: 'only' }, 'checkpoints');
  const list = join(home.store, 'checkpoints', runId, 'only.json');
  await mkdir(join(list, '..'), { recursive: true });
  await writeFile(list, JSON.stringify([{ checkpoint: 10, handle: saved }]));
  return { step, list, saved };
}

test('checkpoints and work folder of a training are removed only once it has ended and its artifact is whole', async () => {
  const checkpoints = await publish('all', {}, 'checkpoints');
  const broken = await publish('broken', {}, 'checkpoints');
  const over = await makeTraining('run-1', { status: 'succeeded', outputs: { checkpoints } });
  const underWay = await makeTraining('run-2', {});
  const resumable = await makeTraining('run-3', { status: 'failed' });
  const damaged = await makeTraining('run-4', { status: 'succeeded', outputs: { checkpoints: broken } });
  await truncate(join(store.folder(broken), 'files', 'content'), 1);
  assert.deepEqual(await clean({ now: Date.now() }), [], 'not within the hour');
  assert.deepEqual(await clean(), ['artifact', 'published checkpoints', 'work folder']);
  assert.deepEqual(await Promise.all([over, underWay, resumable, damaged].map(({ saved }) => condition(saved))), [
    'broken',
    'whole',
    'whole',
    'whole',
  ]);
  assert.deepEqual(await readdir(over.step), ['result.json']);
  for (const { step, list } of [underWay, resumable, damaged]) {
    assert.ok(await exists(join(step, 'work')));
    assert.ok(await exists(list));
  }
});

test('a work folder stays if its run resumes between search and removal', async () => {
  const checkpoints = await publish('all', {}, 'checkpoints');
  const { step } = await makeTraining('run-1', { status: 'succeeded', outputs: { checkpoints } });
  const { removals } = await find();
  await rm(join(home.runs, 'run-1', 'run.json'));
  const removed = await carryOutRemovals(removals, () => {});
  assert.equal(removed.find(({ removal }) => removal.kind === 'work folder')?.bytes, undefined);
  assert.ok(await exists(join(step, 'work', 'checkpoints', 'checkpoint-10', 'weights')));
});

test('an artifact stays if a run requests it between search and removal', async () => {
  const lost = await publish('lost');
  await makeRun('run-1', { status: 'succeeded' });
  const { removals } = await find();
  // The touch must fall within the hour before `now`, which the test has moved.
  const later = Date.now() + 3 * hour;
  const { utimes } = await import('node:fs/promises');
  await utimes(join(store.folder(lost), 'manifest.json'), new Date(later), new Date(later));
  const [removed] = await carryOutRemovals(removals, () => {});
  assert.equal(removed?.bytes, undefined);
  await store.open(lost, { verify: true });
});

test('old quarantines and partial records are removed', async () => {
  const { step } = await makeTraining('run-1', {});
  await mkdir(join(step, 'work', 'quarantine', 'checkpoint-5'), { recursive: true });
  await mkdir(join(home.store, 'keys'), { recursive: true });
  await writeFile(join(home.store, 'keys', 'a.json.123.tmp'), '{');
  assert.deepEqual(await clean(), ['staging']);
  assert.deepEqual(await clean({ now: Date.now() + 8 * day }), ['quarantine']);
  assert.deepEqual(await readdir(join(step, 'work', 'quarantine')), []);
});

test('a home without runs refuses to clean a shared store', async () => {
  await publish('of another home');
  await assert.rejects(find(), { code: 'BAD_OPTIONS', message: /has no run, but .* has 1 artifacts/ });
});

test('a model in Ollama keeps its inputs, a deleted one does not; if Ollama does not answer, all do', async () => {
  const ollama = await startOllama();
  try {
    const digest = await putModel(ollama.server, 'served:latest', 'served', root);
    const [gguf, dataset, gone, proof] = await Promise.all(
      ['gguf', 'rows', 'gone', 'proof'].map((text) => publish(text)),
    );
    await makeRun('run-1', {
      status: 'succeeded',
      daysAgo: 90,
      outputs: { gguf: gguf!, dataset: dataset!, gone: gone! },
    });
    await makeRun('run-2', { status: 'succeeded', daysAgo: 1 });
    const served = { name: 'served', gguf: gguf!, lineage: { dataset: dataset! }, proof: proof!, createdAt: '' };
    await writeServed(home.store, digest, served);
    await writeServed(home.store, `sha256:${'0'.repeat(64)}`, { ...served, gguf: gone!, lineage: {} });
    const old = { olderThan: 30 * day };
    const silent = await find({ ...old, ollama: ['http://127.0.0.1:9'] });
    assert.deepEqual(silent.removals, []);
    assert.match(silent.notes.join(), /127\.0\.0\.1:9 does not answer; all models made for it count as served/);

    // A killed worker left one staging model; the other one belongs to another home.
    await putModel(ollama.server, 'temper-staging-1:latest', 'staged', root);
    await putModel(ollama.server, 'temper-staging-2:latest', 'foreign', root);
    await writeStagingNames(join(home.runs, 'run-2', 'steps', 'only'), [{ url: ollama.url, name: 'temper-staging-1' }]);
    assert.deepEqual(await clean({ ...old, ollama: [ollama.url] }), ['bytes of an artifact', 'staging model']);
    assert.deepEqual(await Promise.all([gguf!, dataset!, proof!, gone!].map(condition)), [
      'whole',
      'whole',
      'whole',
      'dropped',
    ]);
    const names = (await ollama.server.models()).map(({ name }) => name).sort();
    assert.deepEqual(names, ['served:latest', 'temper-staging-2:latest']);
  } finally {
    await ollama.stop();
  }
});

test('verifying reads every byte, names run, step and repair command, and marks the damage', async () => {
  const [sound, bad, gone] = [await publish('sound'), await publish('bad'), await publish('gone')];
  await makeRun('run-1', { status: 'succeeded', daysAgo: 2, outputs: { sound, bad } });
  await makeRun('run-2', { status: 'succeeded', daysAgo: 1, outputs: { bad }, reusedFrom: 'run-1' });
  await makeRun('run-3', { status: 'failed', outputs: { gone } });
  flipBit(join(store.folder(bad), 'files', 'content'));
  await rm(store.folder(gone), { recursive: true });
  const runs = await readAllReferences(home);

  const reported = await verifyStore(store, runs, { onDamage: 'report' });
  assert.deepEqual(reported.read, { artifacts: 1, bytes: 5 });
  const [first, second] = reported.damages;
  assert.deepEqual([first?.run, first?.step, first?.digest], ['run-1', 'only', bad.digest]);
  assert.match(first?.why ?? '', /content does not match its digest/);
  assert.equal(first?.next, "npx temper run /docs/p.yaml -i 'rows=my rows'");
  assert.deepEqual([second?.run, second?.next], ['run-3', 'npx temper resume run-3']);
  assert.equal(await store.isSound(bad), true, 'reporting changes nothing');

  await verifyStore(store, runs, { onDamage: 'mark' });
  assert.equal(await store.isSound(bad), false);
  assert.match(await readFile(join(store.folder(bad), 'damaged.json'), 'utf8'), /content does not match its digest/);
});

test('a pipeline run as a step belongs to its outer run: its artifacts stay while that one is open, and lose their bytes when it is old', async () => {
  const made = await publish('by the part');
  await makeRun('p-1', { pipeline: 'p' });
  await makeRun('p-1.part', { status: 'failed', pipeline: 'part', daysAgo: 60, outputs: { made } });
  assert.deepEqual(await clean({ olderThan: 30 * day }), [], 'the whole is open, though its part has closed');
  await makeRun('p-1', { status: 'succeeded', pipeline: 'p', daysAgo: 60 });
  await makeRun('p-1.part', { status: 'succeeded', pipeline: 'part', daysAgo: 60, outputs: { made } });
  assert.deepEqual(await clean({ olderThan: 30 * day }), [], 'the newest success is kept whole');
  const other = await publish('by the night after');
  await makeRun('p-2', { status: 'succeeded', pipeline: 'p', daysAgo: 1, outputs: { other } });
  assert.deepEqual(await clean({ olderThan: 30 * day }), ['bytes of an artifact']);
  assert.deepEqual([await condition(made), await condition(other)], ['dropped', 'whole']);
});
