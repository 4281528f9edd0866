import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { train } from '../../../activities/train/train.ts';
import type { Handle } from '../../../core/handles.ts';
import { withDefaults } from '../../../core/kinds/options/resolve-options.ts';
import { stepOptions } from '../../../core/kinds/registry.ts';
import type { StepInput } from '../../../protocol/activities.ts';
import type { Progress } from '../../../protocol/progress.ts';
import { markOf } from '../../../services/machine/process-mark.ts';
import { readLedger } from '../../../services/runs/attempt-ledger.ts';
import { carryOut, failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { publishFolder } from '../../rig/test-models.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let options: { base: Handle; dataset: Handle; [option: string]: unknown };
before(async () => {
  process.env.OMP_NUM_THREADS = '1';
  deps = await makeDeps();
  const maker = fileURLToPath(new URL('../../trainer/tiny_model.py', import.meta.url));
  await promisify(execFile)(deps.python, [maker, join(deps.root, 'tiny')]);
  await mkdir(join(deps.root, 'rows'));
  const rows = Array.from({ length: 40 }, (_, n) => ({
    messages: [
      { role: 'user', content: `What is ${n} plus 1?` },
      { role: 'assistant', content: `It is ${n + 1}.` },
    ],
  }));
  await writeFile(join(deps.root, 'rows', 'train.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  options = {
    base: await publishFolder(deps, join(deps.root, 'tiny'), 'model'),
    dataset: await publishFolder(deps, join(deps.root, 'rows'), 'dataset'),
    max_steps: 300,
    log_every_steps: 1,
    checkpoint: { every_steps: 20 },
  };
});
after(() => rm(deps.root, { recursive: true, force: true }));

const place = (runId: string, name: string) => join(deps.runs, runId, 'steps', 'train', name);

/** Trains; `at` gets the trainer's process once it has told of a step past 45, and of 25 steps of its own. */
async function trainAndMeddle(
  runId: string,
  at: (pid: number) => void,
  { stallFloor, planned = options, ...over }: Partial<StepInput> & { stallFloor?: number; planned?: object } = {},
) {
  const environment = mockWorker();
  let meddled = false;
  let first: number | undefined;
  environment.on('heartbeat', async (progress: Progress | undefined) => {
    if (progress?.phase.code === 'training') first ??= progress.step;
    // Also the phase of a resume tells a step: that of its checkpoint, before one of its own.
    if (meddled || first === undefined || (progress?.step ?? 0) < Math.max(45, first + 25)) return;
    meddled = true;
    at((JSON.parse(await readFile(place(runId, 'work/LOCK'), 'utf8')) as { pid: number }).pid);
  });
  const activity = train(deps, stallFloor === undefined ? {} : { stallFloor });
  return await carryOut(activity, planned, { runId, step: 'train', uses: 'train', reuse: false, ...over }, environment);
}

test('a training without progress is killed, with figures, and continues from its checkpoint', async () => {
  const runId = 'test-20260101-000000-stall';
  let frozen = 0;
  const freeze = (pid: number) => {
    frozen = pid;
    process.kill(pid, 'SIGSTOP');
  };
  const stopped = trainAndMeddle(runId, freeze, { stallFloor: 3_000 });
  const failure = await failureOf(stopped);
  assert.equal(failure.type, 'STALLED');
  assert.equal(failure.nonRetryable, false);
  assert.match(failure.message, /^no progress for \S+ s after step \d+, where a step usually takes \S+ s$/);
  assert.equal(markOf(frozen), undefined, 'the frozen trainer is gone');
  const done = await trainAndMeddle(runId, () => {});
  assert.equal(done.outputs.steps, 300);
  const lines = await readLedger(place(runId, 'attempts.jsonl'));
  const resumed = lines.find((line) => line.event === 'resumed');
  assert.ok(resumed?.event === 'resumed' && resumed.fromStep >= 40);
});

test('crashes with progress are retried without limit, those without progress are limited', async () => {
  const runId = 'test-20260101-000000-crash';
  const over = { maxAttempts: 2 };
  const kill = (pid: number) => process.kill(pid, 'SIGKILL');
  for (let time = 0; time < 3; time++) {
    const failure = await failureOf(trainAndMeddle(runId, kill, over));
    assert.equal(failure.type, 'KILLED');
    assert.match(failure.message, /killed by SIGKILL/);
    assert.equal(failure.nonRetryable, false, `crash ${time + 1}, each with a newer checkpoint`);
  }
});

test('a run without its Python environment is refused with a remedy, and continues with `--accept-versions`', async () => {
  const over: Partial<StepInput> = {
    runId: 'test-20260101-000000-versions',
    step: 'train',
    uses: 'train',
    pins: { files: {}, bases: {}, models: {}, environment: '0123456789abcdef' },
  };
  const short = { ...options, max_steps: 2 };
  const failure = await failureOf(carryOut(train(deps), short, over));
  assert.equal(failure.type, 'ENVIRONMENT_CHANGED');
  assert.match(failure.message, /began with the training libraries 0123456789abcdef, which are missing in/);
  assert.match(JSON.stringify(failure.details), /resume test-20260101-000000-versions --accept-versions/);
  assert.equal((await carryOut(train(deps), short, { ...over, acceptVersions: true })).outputs.steps, 2);
});

test('too little disk space for the checkpoints ends the training before its first step, with figures and path', async () => {
  const runId = 'test-20260101-000000-room';
  const many = { ...options, max_steps: 5000, checkpoint: { every_steps: 5000, keep: 1_000_000_000 } };
  const input = { runId, step: 'train', uses: 'train' as const, reuse: false };
  const failure = await failureOf(carryOut(train(deps), many, input));
  assert.equal(failure.type, 'DISK_FULL');
  assert.match(
    failure.message,
    /^keeping the checkpoints needs [\d.]+ [GTP]B at \/\S+\/train\/work; [\d.]+ [GT]B are free$/,
  );
  assert.equal(failure.nonRetryable, false);
  assert.deepEqual(await readdir(place(runId, 'work/checkpoints')), []);
});

test('a training that exceeds timeout_minutes saves a checkpoint after its step, ends, and says which step it reached', async () => {
  const runId = 'test-20260101-000000-spent';
  const input = { runId, step: 'train', uses: 'train' as const, reuse: false, execution: 'one' };
  // How long this machine takes to load says how long a training must have to come as far as its steps.
  const start = performance.now();
  await carryOut(train(deps), { ...options, max_steps: 1 }, { ...input, runId: `${runId}-short` });
  const timeoutMinutes = (2 * (performance.now() - start) + 3_000) / 60_000;
  const long = { ...options, max_steps: 100_000, checkpoint: { every_steps: 50_000 } };
  const failure = await failureOf(carryOut(train(deps), long, { ...input, timeoutMinutes }));
  assert.deepEqual([failure.type, failure.nonRetryable], ['TIMED_OUT', true], failure.message);
  const reached = /reached step (\d+) of 100000, with checkpoint (\d+) saved$/.exec(failure.message);
  assert.ok(reached, failure.message);
  assert.deepEqual(await readdir(place(runId, 'work/checkpoints')), [`checkpoint-${reached[2]}`]);
});

test('after an upgrade that changes a default, the training of a stored plan continues with the old default', async () => {
  const runId = 'test-20260101-000000-upgrade';
  const planned = withDefaults('train', options as never) as object;
  const kill = (pid: number) => process.kill(pid, 'SIGKILL');
  await failureOf(trainAndMeddle(runId, kill, { planned }));
  const before = stepOptions.train;
  try {
    Object.assign(stepOptions, { train: before.extend({ learning_rate: z.number().default(0.5) }) });
    const done = await trainAndMeddle(runId, () => {}, { planned });
    assert.equal(done.outputs.steps, 300);
  } finally {
    Object.assign(stepOptions, { train: before });
  }
  const lines = await readLedger(place(runId, 'attempts.jsonl'));
  assert.ok(lines.some((line) => line.event === 'resumed' && line.fromStep >= 40));
});
