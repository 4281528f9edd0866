import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { machineId } from '../../../services/machine/machine-id.ts';
import { markOf } from '../../../services/machine/process-mark.ts';
import { type Holder, KeyClaim } from '../../../services/store/key-claims.ts';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'temper-claims-'));
});
afterEach(() => rm(store, { recursive: true, force: true }));

const key = `sha256:${'a'.repeat(64)}`;
const [one, two] = ['run-1', 'run-2'].map((runId) => ({ runId, step: 'train', graceMs: 0 })) as [Me, Me];
type Me = { runId: string; step: string; graceMs: number };
const file = () => join(store, 'claims', `${'a'.repeat(64)}.json`);
const take = (me: Me) => KeyClaim.take(store, key, me);

async function held(me: Me): Promise<KeyClaim> {
  const taken = await take(me);
  assert.ok(taken instanceof KeyClaim, JSON.stringify(taken));
  return taken;
}
const holderOf = async (me: Me) => {
  const taken = await take(me);
  assert.ok(!(taken instanceof KeyClaim), 'it was free');
  return taken.runId;
};

/** The mark of a process that has ended. */
async function deadProcess() {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const mark = markOf(child.pid!)!;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return mark;
}

/** Writes a claim of another holder, last touched `silentFor` ms ago. */
async function leave(over: Partial<Holder>, silentFor = 0): Promise<void> {
  await (await held(one)).release();
  const holder = { ...one, machine: machineId(), process: markOf(process.pid)!, id: 'other', ...over };
  await writeFile(file(), JSON.stringify(holder));
  const then = new Date(Date.now() - silentFor);
  await utimes(file(), then, then);
}

test('one step takes the claim, the other learns its holder; releasing frees it', async () => {
  const claim = await held(one);
  assert.equal(await holderOf(two), 'run-1');
  assert.equal((await KeyClaim.holderOf(store, key, two))?.runId, 'run-1');
  await claim.release();
  assert.equal(await KeyClaim.holderOf(store, key, two), undefined);
  await (await held(two)).release();
  assert.deepEqual(await readdir(join(store, 'claims')), []);
});

test('of many steps that ask at once, one gets the claim', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, (_, n) => take({ ...one, runId: `run-${n}` })));
  assert.equal(all.filter((taken) => taken instanceof KeyClaim).length, 1);
});

test('a newer attempt of the same step takes the claim over, and the older one no longer releases it', async () => {
  const older = await held(one);
  const newer = await held(one);
  await older.release();
  assert.equal(await holderOf(two), 'run-1');
  await newer.release();
  await held(two);
});

test('the claim of a dead process is free at once, or reserved for its own run until its grace ends', async () => {
  const process = await deadProcess();
  await leave({ process });
  await (await held(two)).release();
  await leave({ process, graceMs: 60_000 }, 30_000);
  assert.equal(await holderOf(two), 'run-1');
  await (await held(one)).release();
  await leave({ process, graceMs: 60_000 }, 61_000);
  await held(two);
});

test('a living process of this machine keeps its claim without touching it', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  await leave({ process: markOf(child.pid!)! }, 3_600_000);
  assert.equal(await holderOf(two), 'run-1');
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('the claim of another host is free after two minutes without a touch', async () => {
  await leave({ machine: 'another' }, 110_000);
  assert.equal(await holderOf(two), 'run-1');
  await leave({ machine: 'another' }, 130_000);
  await held(two);
});

test('a claim that was left is reserved for its own run during its grace', async () => {
  await (await held({ ...one, graceMs: 60_000 })).leave();
  assert.equal(await holderOf(two), 'run-1');
  await held({ ...one, graceMs: 60_000 });
});

test('a claim cut by a crash is free after some seconds', async () => {
  await leave({});
  await writeFile(file(), '{"runId": "ru');
  assert.equal(await holderOf(two), 'another run');
  const then = new Date(Date.now() - 6_000);
  await utimes(file(), then, then);
  await held(two);
  assert.match(await readFile(file(), 'utf8'), /run-2/);
});
