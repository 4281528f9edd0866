// needs: python, temporal
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Home } from '../../services/machine/home.ts';
import { markOf } from '../../services/machine/process-mark.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { eventually } from '../rig/eventually.ts';
import { startTemporal, type TestServer } from '../rig/servers/temporal-server.ts';
import { end, startWorkerProcess } from '../rig/servers/worker-process.ts';
import { endTinyHome, startTinyHome, startTinyRun, trainingFile } from '../rig/tiny-run.ts';

const lastStep = 240;

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

test('a GPU worker killed in mid-training: the run goes on from a checkpoint and ends with the same adapter', async () => {
  const quiet = await startTinyHome(server, join(folder, 'quiet'));
  const shaken = await startTinyHome(server, join(folder, 'shaken'));
  try {
    const undisturbed: RunState = await (await startTinyRun(server, quiet, lastStep)).result();

    const run = await startTinyRun(server, shaken, lastStep);
    const ledger = trainingFile(shaken, 'attempts.jsonl');
    const seen = async () =>
      (await readLedger(ledger)).flatMap((line) => (line.event === 'checkpoint' ? [line.step] : []));
    const saved = await eventually('a second checkpoint', async () => (await seen()).find((step) => step >= 20));
    const lock = JSON.parse(await readFile(trainingFile(shaken, 'work/LOCK'), 'utf8')) as { pid: number };
    assert.ok(markOf(lock.pid), 'the trainer lives before the kill');
    await end(shaken.gpu, 'SIGKILL');
    const lastSeen = Math.max(...(await seen()));
    assert.ok(saved > 0 && lastSeen < lastStep, `the kill fell between the first and the last step (at ${lastSeen})`);
    await eventually('the trainer to die with its worker', () => (markOf(lock.pid) ? undefined : true), 2_000);

    shaken.gpu = await startWorkerProcess('gpu', shaken.env);
    const healed: RunState = await run.result();

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
    for (const home of [quiet, shaken]) await endTinyHome(home);
  }
});
