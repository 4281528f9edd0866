// needs: python, temporal, ollama
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { cacheDir } from '../../services/machine/home.ts';
import { markOf } from '../../services/machine/process-mark.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { ensureTemporal } from '../../services/setup/temporal.ts';
import { eventually } from '../rig/eventually.ts';
import { startTemporal, type TestServer } from '../rig/servers/temporal-server.ts';
import { temper } from '../rig/temper.ts';
import { endTinyHome, startTinyHome, startTinyRun, type TinyHome, trainingFile } from '../rig/tiny-run.ts';

// One run for all: each test goes on where the one before ended. It is long enough never to end by itself.
let server: TestServer;
let folder: string;
let tiny: TinyHome;
let runId: string;
before(async () => {
  server = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'temper-outside-'));
  tiny = await startTinyHome(server, folder);
  runId = (await startTinyRun(server, tiny, 100_000)).workflowId;
});
after(async () => {
  await endTinyHome(tiny);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Temporal's own command line, as a person or a script of theirs would use it. */
async function temporalCli(...args: string[]): Promise<string> {
  const { path } = await ensureTemporal(cacheDir(), () => {});
  const { stdout } = await promisify(execFile)(path, [...args, '--address', server.address, '--namespace', 'temper']);
  return stdout;
}

const ledger = () => readLedger(trainingFile(tiny, 'attempts.jsonl'));
const saved = async () =>
  Math.max(0, ...(await ledger()).flatMap((line) => (line.event === 'checkpoint' ? [line.step] : [])));
const stretchCount = async () => (await ledger()).filter((line) => line.event === 'started').length;
const trainer = async () =>
  (JSON.parse(await readFile(trainingFile(tiny, 'work/LOCK'), 'utf8')) as { pid: number }).pid;

/** The trainer of the nth stretch, once it has saved a checkpoint newer than `than`. */
async function training(stretch: number, than: number): Promise<number> {
  await eventually(`stretch ${stretch} to save`, async () =>
    (await stretchCount()) === stretch && (await saved()) > than ? true : undefined,
  );
  return await trainer();
}

/** Temporal answers a heartbeat within 5 s; the rest is a save at the edge of a step and the end of Python, on a busy machine. */
const soon = 60_000;
/** The trainer of the nth stretch is gone, and its worker has written what became of it. */
const gone = async (stretch: number, pid: number) => {
  await eventually('the trainer to end', () => (markOf(pid) ? undefined : true), soon);
  await eventually('the worker to say how', async () => {
    const ends = (await ledger()).filter((line) => line.event === 'ended').length;
    return ends >= stretch ? true : undefined;
  });
};

test('a reset from outside stops the trainer, and the new execution goes on from its checkpoint', async () => {
  const first = await training(1, 0);
  await temporalCli('workflow', 'reset', '--workflow-id', runId, '--type', 'LastWorkflowTask', '--reason', 'a test');
  await gone(1, first);
  const before = await saved();
  const second = await training(2, before);
  assert.notEqual(second, first);
  const resumed = (await ledger()).filter((line) => line.event === 'resumed');
  assert.deepEqual(
    resumed.map((line) => line.event === 'resumed' && line.fromStep),
    [before],
  );
});

test('terminate from outside ends the trainer after a save, and show tells who ended the run and how to go on', async () => {
  const pid = await trainer();
  const before = await saved();
  await temporalCli('workflow', 'terminate', '--workflow-id', runId, '--reason', 'the room is too hot');
  await gone(2, pid);
  assert.ok((await saved()) >= before);
  const { stdout, code } = await temper(['show', runId], tiny.env);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`${runId} terminated`));
  assert.match(stdout, /terminated from outside.*\(the room is too hot\)/);
  assert.match(stdout, new RegExp(`npx temper resume ${runId}`));
  assert.match(stdout, /stopped, since its run was ended, reset or given to another worker/);
  assert.match((await temper(['ps'], tiny.env)).stdout, new RegExp(`${runId} +terminated`));
  const record = JSON.parse(await readFile(trainingFile(tiny, '../../run.json'), 'utf8')) as { status: string };
  assert.equal(record.status, 'terminated', 'its books are closed, though the run itself could not');
});

test('what was terminated is resumed from where it was, and pause holds it without an attempt being spent', async () => {
  const before = await saved();
  const resumed = await temper(['resume', '--detach', runId], tiny.env);
  assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  const pid = await training(3, before);
  assert.equal((await temper(['pause', runId], tiny.env)).code, 0);
  await gone(3, pid);
  const edge = await saved();
  assert.match((await temper(['ps'], tiny.env)).stdout, new RegExp(`${runId} +paused`));
  assert.match((await temper(['resume', '--detach', runId], tiny.env)).stdout, /continues/);
  await training(4, edge);
  const lines = await ledger();
  assert.ok(lines.some((line) => line.event === 'resumed' && line.fromStep === edge));
  assert.equal(new Set(lines.map((line) => line.attempt)).size, 1, 'stops on request are one attempt');
});

test('cancel from outside closes the run as cancelled, after the trainer has saved', async () => {
  const pid = await trainer();
  await temporalCli('workflow', 'cancel', '--workflow-id', runId);
  await assert.rejects(server.client.workflow.getHandle(runId).result());
  assert.equal(markOf(pid), undefined, 'the run closed when its trainer had ended');
  assert.match((await temper(['show', runId], tiny.env)).stdout, new RegExp(`${runId} cancelled`));
});
