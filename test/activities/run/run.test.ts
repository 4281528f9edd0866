import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CancelledFailure } from '@temporalio/common';
import { digests } from '../../../activities/engine/pinned-files.ts';
import { run } from '../../../activities/run/run.ts';
import type { Handle } from '../../../core/handles.ts';
import type { StepInput } from '../../../protocol/activities.ts';
import type { Progress } from '../../../protocol/progress.ts';
import { writeSecret } from '../../../services/machine/secrets.ts';
import { readLedger } from '../../../services/runs/attempt-ledger.ts';
import { carryOut as carryOutStep, failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  deps = await makeDeps();
});
after(() => rm(deps.root, { recursive: true, force: true }));

const carryOut = (options: object, over: Partial<StepInput> = {}, environment = mockWorker()) =>
  carryOutStep(run(deps), options, over, environment);

const node = (script: string) => [process.execPath, '-e', script];

test('declared outputs become artifacts; what else was written is gone', async () => {
  const result = await carryOut({
    command: node('fs.mkdirSync("model"); fs.writeFileSync("model/a.txt", "A"); fs.writeFileSync("junk", "")'),
    outputs: { model: { path: 'model', type: 'model' } },
  });
  const model = result.outputs.model as Handle;
  const { path } = await deps.store.open(model, { verify: true });
  assert.equal(model.kind, 'model');
  assert.equal(await readFile(join(path, 'a.txt'), 'utf8'), 'A');
});

test('an output that was not written fails the step, although the command ended well', async () => {
  const failure = await failureOf(carryOut({ command: node(''), outputs: { model: { path: 'model' } } }));
  assert.equal(failure.type, 'OUTPUT_MISSING');
  assert.equal(failure.nonRetryable, true);
});

test('a failing command is retried until its own failures are as many as the document allows', async () => {
  const over = { runId: 'test-20260101-000000-retry', maxAttempts: 2 };
  const first = await failureOf(carryOut({ command: node('console.error("row 7"); process.exit(4)') }, over));
  assert.match(first.message, /exited with code 4; its last lines:\nrow 7/);
  assert.equal(first.nonRetryable, false);
  assert.equal((await failureOf(carryOut({ command: node('process.exit(4)') }, over))).nonRetryable, true);
});

test('a step that a person has run again has its failures counted anew', async () => {
  const over = { runId: 'test-20260101-000000-again', maxAttempts: 2 };
  const fail = async (retried?: number) =>
    (await failureOf(carryOut({ command: node('process.exit(4)') }, { ...over, ...(retried ? { retried } : {}) })))
      .nonRetryable;
  assert.deepEqual([await fail(), await fail(), await fail()], [false, true, true]);
  assert.deepEqual([await fail(1), await fail(1), await fail(2)], [false, true, false]);
});

test('an attempt that was stopped on request is no failure of the step', async () => {
  const environment = mockWorker();
  const over = { runId: 'test-20260101-000000-stop' };
  const stopped = carryOut({ command: node('setInterval(() => {}, 1000)') }, over, environment);
  environment.on('heartbeat', (details: Partial<Progress> | undefined) => {
    if (details?.phase?.code === 'running') environment.cancel('WORKER_SHUTDOWN');
  });
  await assert.rejects(stopped, (error) => error instanceof CancelledFailure);
  const lines = await readLedger(join(deps.runs, over.runId, 'steps', 'step', 'attempts.jsonl'));
  assert.deepEqual(
    lines.map((line) => (line.event === 'ended' ? line.how : line.event)),
    ['started', 'stopped'],
  );
});

test('equal inputs are reused, also under another name; a changed file is not', async () => {
  const [a, b] = [join(deps.root, 'a.txt'), join(deps.root, 'b.txt')];
  await writeFile(a, 'same');
  await writeFile(b, 'same');
  const once = async (file: string) => {
    const pinned = await digests(deps).of(file);
    return await carryOut(
      { command: node('fs.copyFileSync("inputs/in", "out")'), inputs: { in: file }, outputs: { out: { path: 'out' } } },
      { pins: { files: { [file]: pinned }, bases: {}, models: {} } },
    );
  };
  const first = await once(a);
  const second = await once(b);
  assert.ok(second.reusedFrom);
  assert.deepEqual(second.outputs, first.outputs);
  await writeFile(b, 'other');
  assert.equal((await once(b)).reusedFrom, undefined);
});

test('an attempt that ended well but could not say so is not repeated, even with reuse off', async () => {
  const runs = join(deps.root, 'runs.txt');
  const options = { command: node(`fs.appendFileSync(${JSON.stringify(runs)}, "x")`), inputs: {} };
  const over = { runId: 'test-20260101-000000-unreported', reuse: false };
  const first = await carryOut(options, over);
  const retried = await carryOut(options, over);
  assert.deepEqual([retried.key, retried.reusedFrom], [first.key, undefined]);
  await carryOut(options, { ...over, runId: 'test-20260101-000000-another' });
  assert.equal(await readFile(runs, 'utf8'), 'xx');
});

test('without declared inputs nothing is known of what the command reads, so it always runs', async () => {
  const command = node('console.log(1)');
  await carryOut({ command });
  assert.equal((await carryOut({ command })).reusedFrom, undefined);
});

test('a file that changed after the run began is refused, never mixed', async () => {
  const file = join(deps.root, 'changing.txt');
  await writeFile(file, 'before');
  const pins = { files: { [file]: await digests(deps).of(file) }, bases: {}, models: {} };
  await writeFile(file, 'after!');
  const failure = await failureOf(carryOut({ command: node(''), inputs: { file } }, { pins }));
  assert.equal(failure.type, 'INPUT_CHANGED');
  assert.match(failure.message, /changing.txt changed after the run began/);
});

test('a tampered artifact is refused when it is read', async () => {
  const made = await carryOut({
    command: node('fs.writeFileSync("out", "genuine")'),
    outputs: { out: { path: 'out' } },
  });
  const { path } = await deps.store.open(made.outputs.out as Handle);
  await writeFile(join(path, 'out'), 'forgery');
  const failure = await failureOf(carryOut({ command: node(''), inputs: { in: made.outputs.out } }));
  assert.equal(failure.type, 'CORRUPT_ARTIFACT');
});

test('a secret reaches the command and nothing else: not the log, not the records', async () => {
  await writeSecret(deps.secrets, 'CANARY', 'c4n4ry-value');
  const over = { runId: 'test-20260101-000000-secret', step: 'tell' };
  const result = await carryOut(
    {
      command: node(
        'console.log("got " + process.env.KEY); console.error(process.env.KEY); fs.writeFileSync("length", String(process.env.KEY.length))',
      ),
      inputs: {},
      outputs: { length: { path: 'length' } },
      env: { KEY: '${{ secrets.CANARY }}' },
    },
    over,
  );
  const { path } = await deps.store.open(result.outputs.length as Handle);
  assert.equal(await readFile(join(path, 'length'), 'utf8'), '12');
  const log = await readFile(join(deps.runs, over.runId, 'steps', 'tell', 'log.txt'), 'utf8');
  assert.match(log, /got \*\*\*/);
  const found = execFileSync('grep', ['-rl', 'c4n4ry-value', deps.root], { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(found, [join(deps.secrets, 'CANARY')]);
});

test('a secret of several lines is masked line by line', async () => {
  await writeSecret(deps.secrets, 'PEM', 'first-c4nary\nsecond-c4nary');
  const over = { runId: 'test-20260101-000000-pem', step: 'tell' };
  await carryOut({ command: node('console.log(process.env.KEY)'), env: { KEY: '${{ secrets.PEM }}' } }, over);
  const log = await readFile(join(deps.runs, over.runId, 'steps', 'tell', 'log.txt'), 'utf8');
  assert.doesNotMatch(log, /c4nary/);
});

test('a secret that nobody set is named, with the command that sets it', async () => {
  const failure = await failureOf(carryOut({ command: node(''), env: { KEY: '${{ secrets.NOBODY_SET_IT }}' } }));
  assert.equal(failure.type, 'SECRET_MISSING');
  assert.match(JSON.stringify(failure.details), /temper secret set NOBODY_SET_IT/);
});

test('`python` is the one with the training libraries', async () => {
  const result = await carryOut({
    command: ['python', '-c', 'import trl; open("v","w").write("x")'],
    outputs: { v: { path: 'v' } },
  });
  assert.equal((result.outputs.v as Handle).kind, 'files');
});

test('a step that has worked as long as its timeout_minutes allows is stopped, says what it was at, and is not tried again', async () => {
  const over = { runId: 'test-20260101-000000-spent', timeoutMinutes: 0.02, execution: 'first' };
  const command = node('console.log("row 7"); setInterval(() => {}, 1000)');
  const failure = await failureOf(carryOut({ command }, over));
  assert.deepEqual([failure.type, failure.nonRetryable], ['TIMED_OUT', true]);
  assert.match(failure.message, /^step worked for 0\.02 minutes, .*; its phase was "row 7"$/);
  const [detail] = failure.details as [{ remedy: string }];
  assert.match(detail.remedy, /npx temper resume test-20260101-000000-spent/);
  const again = await failureOf(carryOut({ command }, over));
  assert.match(again.message, /its phase was "starting"/, 'what earlier attempts have worked counts');
  const resumed = await carryOut({ command: node('') }, { ...over, execution: 'second' });
  assert.match(resumed.summary, /exited with 0/, 'a resumed run gives it the time again');
});
