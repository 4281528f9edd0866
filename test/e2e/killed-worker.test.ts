import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Handle } from '../../core/handles.ts';
import { makePlan } from '../../core/make-plan.ts';
import type { RunState } from '../../core/run-state.ts';
import { ArtifactStore } from '../../services/artifacts.ts';
import { type Home, openHome, queues } from '../../services/home.ts';
import { readLedger } from '../../services/ledger.ts';
import { markOf } from '../../services/process-mark.ts';
import type { runPipeline } from '../../workflows/run-pipeline.ts';
import { eventually } from '../rig/eventually.ts';
import { startTemporal, type TestServer } from '../rig/temporal-server.ts';
import { end, startWorkerProcess } from '../rig/worker-process.ts';

const tinyModel = fileURLToPath(new URL('../trainer/tiny_model.py', import.meta.url));
const lastStep = 120;

const document = `
name: tiny
steps:
  base: { uses: run, with: { command: [python, inputs/tiny_model.py, model], inputs: { tiny_model.py: ${tinyModel} }, outputs: { model: { path: model, type: model } } } }
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train:
    uses: train
    with: { base: "\${{ steps.base.outputs.model }}", dataset: "\${{ steps.data.outputs.dataset }}", max_steps: ${lastStep}, batch_size: 4, log_every_steps: 1, checkpoint: { every_steps: 10 }, lora: { dropout: 0.1 } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: last } }
`;

let server: TestServer;
let folder: string;
before(async () => {
  server = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'temper-kill-'));
});
after(async () => {
  await server.stop();
  if (!process.env.TEMPER_KEEP) await rm(folder, { recursive: true, force: true });
});

/** A home of its own with its workers: nothing but the Temporal server and the libraries is shared. */
async function startHome(name: string) {
  const root = join(folder, name);
  await mkdir(root, { recursive: true });
  const rows = Array.from({ length: 60 }, (_, n) =>
    JSON.stringify({ instruction: `What is ${n} plus ${n}?`, output: `It is ${n + n}.` }),
  );
  await writeFile(join(root, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const env = { TEMPER_HOME: root, TEMPORAL_ADDRESS: server.address, OMP_NUM_THREADS: '1' };
  const home = openHome(env);
  const [orchestrator, gpu] = await Promise.all([
    startWorkerProcess('orchestrator', env),
    startWorkerProcess('gpu', env),
  ]);
  return { root, home, env, orchestrator, gpu };
}

async function startRun(home: Home, root: string): Promise<string> {
  const runId = `tiny-20260101-000000-${home.id}`;
  const { plan } = makePlan(
    document,
    join(root, 'tiny.yaml'),
    {},
    { fromDocument: (path) => resolve(root, path), fromShell: resolve },
  );
  const { gpu, host, orchestrator } = queues(home);
  await server.client.workflow.start<typeof runPipeline>('runPipeline', {
    workflowId: runId,
    taskQueue: orchestrator,
    args: [{ runId, plan: plan!, queues: { gpu, host }, reuse: false }],
  });
  return runId;
}

test('a GPU worker killed in mid-training: the run goes on from a checkpoint and ends with the same adapter', async () => {
  const quiet = await startHome('quiet');
  const shaken = await startHome('shaken');
  try {
    const undisturbed: RunState = await server.client.workflow
      .getHandle<typeof runPipeline>(await startRun(quiet.home, quiet.root))
      .result();

    const runId = await startRun(shaken.home, shaken.root);
    const stepFolder = join(shaken.home.runs, runId, 'steps', 'train');
    const ledger = join(stepFolder, 'attempts.jsonl');
    const seen = async () =>
      (await readLedger(ledger)).flatMap((line) => (line.event === 'checkpoint' ? [line.step] : []));
    const saved = await eventually('a second checkpoint', async () => (await seen()).find((step) => step >= 20));
    const lock = JSON.parse(await readFile(join(stepFolder, 'work', 'LOCK'), 'utf8')) as { pid: number };
    assert.ok(markOf(lock.pid), 'the trainer lives before the kill');
    await end(shaken.gpu, 'SIGKILL');
    const lastSeen = Math.max(...(await seen()));
    assert.ok(saved > 0 && lastSeen < lastStep, `the kill fell between the first and the last step (at ${lastSeen})`);
    await eventually('the trainer to die with its worker', () => (markOf(lock.pid) ? undefined : true), 2_000);

    shaken.gpu = await startWorkerProcess('gpu', shaken.env);
    const healed: RunState = await server.client.workflow.getHandle<typeof runPipeline>(runId).result();

    const lines = await readLedger(ledger);
    const resumed = lines.find((line) => line.event === 'resumed');
    assert.ok(
      resumed?.event === 'resumed' && resumed.attempt === 2 && resumed.fromStep > 0,
      'the second attempt began from a checkpoint',
    );
    assert.equal(lines.filter((line) => line.event === 'started').length, 2);
    const adapter = async (home: Home, state: RunState) =>
      await new ArtifactStore(home.store).open(state.steps.best!.outputs!.adapter as Handle);
    const [a, b] = [await adapter(shaken.home, healed), await adapter(quiet.home, undisturbed)];
    assert.deepEqual(a.manifest.files, b.manifest.files);
    assert.equal(a.manifest.digest, b.manifest.digest);
  } finally {
    for (const home of [quiet, shaken])
      await Promise.all([end(home.orchestrator, 'SIGTERM'), end(home.gpu, 'SIGTERM')]);
  }
});
