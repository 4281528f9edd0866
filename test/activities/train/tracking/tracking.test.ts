import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { train } from '../../../../activities/train/train.ts';
import { handleSchema } from '../../../../core/handles.ts';
import { type Tracker, trackers } from '../../../../core/kinds/options/tracking.ts';
import { trackingOf } from '../../../../core/run/attempts.ts';
import type { StepResult } from '../../../../protocol/activities.ts';
import type { Progress } from '../../../../protocol/progress.ts';
import { cacheDir } from '../../../../services/machine/home.ts';
import { writeSecret } from '../../../../services/machine/secrets.ts';
import { readLedger } from '../../../../services/runs/attempt-ledger.ts';
import { ensureTracker } from '../../../../services/setup/python/trackers.ts';
import { carryOut, failureOf, mockWorker } from '../../../rig/carry-out.ts';
import { makeDeps } from '../../../rig/deps.ts';
import { publishFolder } from '../../../rig/test-models.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const secret = 'a-key-that-no-log-may-show-0123456789abcdef';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let options: Record<string, unknown>;
let untracked: StepResult;
before(async () => {
  deps = await makeDeps();
  Object.assign(process.env, {
    OMP_NUM_THREADS: '1',
    WANDB_MODE: 'offline',
    MLFLOW_ALLOW_FILE_STORE: 'true',
    MLFLOW_TRACKING_URI: new URL(`file://${deps.root}/mlflow`).href,
    TRACKIO_DIR: join(deps.root, 'trackio'),
  });
  await writeSecret(deps.secrets, 'WANDB_API_KEY', secret);
  await writeSecret(deps.secrets, 'MLFLOW_TRACKING_TOKEN', secret);
  await run(deps.python, [here('../../../trainer/tiny_model.py'), join(deps.root, 'tiny')]);
  await mkdir(join(deps.root, 'rows'));
  const rows = Array.from({ length: 40 }, (_, n) => ({
    messages: [
      { role: 'user', content: `What is ${n} plus 1?` },
      { role: 'assistant', content: `It is ${n + 1}.` },
    ],
  })).map((row) => `${JSON.stringify(row)}\n`);
  await writeFile(join(deps.root, 'rows', 'train.jsonl'), rows.slice(4).join(''));
  await writeFile(join(deps.root, 'rows', 'eval.jsonl'), rows.slice(0, 4).join(''));
  options = {
    base: await publishFolder(deps, join(deps.root, 'tiny'), 'model'),
    dataset: await publishFolder(deps, join(deps.root, 'rows'), 'dataset'),
    max_steps: 40,
    log_every_steps: 1,
    checkpoint: { every_steps: 10 },
  };
  untracked = await carryOut(train(deps), options, inputOf('none'));
});
after(() => rm(deps.root, { recursive: true, force: true }));

const idOf = (name: string) => `test-20260101-000000-${name}`;
const inputOf = (name: string) => ({
  runId: idOf(name),
  pipeline: 'sums',
  step: 'train',
  uses: 'train' as const,
  reuse: false,
});
const place = (name: string, file: string) => join(deps.runs, idOf(name), 'steps', 'train', file);

/** Kills the trainer once it has told of a step past 15: steps are then trained again, from its checkpoint. */
async function killOnce(name: string, track: unknown): Promise<void> {
  const environment = mockWorker();
  let isKilled = false;
  environment.on('heartbeat', async (progress: Progress | undefined) => {
    if (isKilled || (progress?.step ?? 0) < 15) return;
    isKilled = true;
    process.kill((JSON.parse(await readFile(place(name, 'work/LOCK'), 'utf8')) as { pid: number }).pid, 'SIGKILL');
  });
  await failureOf(carryOut(train(deps), { ...options, track }, inputOf(name), environment));
}

type Points = [step: number, value: number][];

async function curvesIn(tracker: Tracker, where: string): Promise<Record<string, Record<string, Points>>> {
  const python = await ensureTracker(cacheDir(), tracker);
  const { stdout } = await run(python, [here('./curves.py'), tracker, where, 'sums']);
  return JSON.parse(stdout.split('\n').findLast((line) => line.startsWith('{'))!);
}

/** The first telling of each step, as the log of the training has it. */
async function toldIn(name: string, event: string, field: string): Promise<Points> {
  const lines = (await readFile(place(name, 'log.txt'), 'utf8')).split('\n').filter((line) => line.startsWith('{'));
  const told = new Map<number, number>();
  for (const each of lines.map((line) => JSON.parse(line)))
    if (each.event === event && !told.has(each.step)) told.set(each.step, each[field]);
  return [...told];
}

/** What was learned, to the byte. The rest of a checkpoint tells of seconds and attempts. */
async function learnedIn({ outputs }: StepResult): Promise<string> {
  const { path } = await deps.store.open(handleSchema.parse(outputs.checkpoints), { verify: false });
  return (await readFile(join(path, 'checkpoint-40', 'adapter_model.safetensors'))).toString('hex');
}

test('a training that is killed draws one curve in each tracker, each step once, with the figures of its log', async () => {
  const stores: Record<Tracker, string> = {
    tensorboard: join(deps.root, 'tensorboard'),
    mlflow: join(deps.root, 'mlflow'),
    wandb: place('all', 'track/wandb'),
    trackio: join(deps.root, 'trackio'),
  };
  await killOnce('all', trackers);
  const done = await carryOut(train(deps), { ...options, track: trackers }, inputOf('all'));
  assert.ok((await learnedIn(done)) === (await learnedIn(untracked)), 'trackers change no byte of what is learned');
  assert.doesNotMatch(done.summary, /curve/);
  const steps = Array.from({ length: 40 }, (_, index) => index + 1);
  const losses = await toldIn('all', 'progress', 'loss');
  const evaluations = await toldIn('all', 'evaluated', 'eval_loss');
  assert.deepEqual(
    losses.map(([step]) => step),
    steps,
  );
  for (const tracker of trackers) {
    const runs = Object.entries(await curvesIn(tracker, stores[tracker]));
    assert.equal(runs.length, 1, `${tracker}: ${runs.map(([name]) => name)}`);
    const [name, curves] = runs[0]!;
    assert.match(name, /test-20260101-000000-all\/train$/);
    same(curves['train/loss']!, losses, tracker);
    same(curves['eval/loss']!, evaluations, tracker);
    assert.deepEqual(
      curves['train/learning_rate']!.map(([step]) => step),
      steps,
      tracker,
    );
  }
  const lines = await readLedger(place('all', 'attempts.jsonl'));
  assert.ok(lines.some((line) => line.event === 'resumed' && line.fromStep >= 10));
  assert.deepEqual(
    trackingOf(lines)
      .map(({ to, why }) => [to, why])
      .sort(),
    trackers.map((to) => [to, undefined]).sort(),
  );
});

/** TensorBoard keeps 32 bits of a value. */
function same(found: Points, wanted: Points, tracker: Tracker): void {
  const rounded = (points: Points) =>
    points.map(([step, value]) => [step, tracker === 'tensorboard' ? Math.fround(value) : value]);
  assert.deepEqual(rounded(found), rounded(wanted), tracker);
}

test('a tracker that is away, or whose client is, stops no training; log, ledger and summary say so once', async () => {
  const url = `http://127.0.0.1:${await closedPort()}`;
  const tracker = async (name: Tracker, signal: AbortSignal) => {
    if (name === 'wandb') throw new Error('no network');
    return await deps.tracker(name, signal);
  };
  const track = [{ to: 'mlflow', url }, 'wandb'];
  const done = await carryOut(train({ ...deps, tracker }), { ...options, track }, inputOf('away'));
  assert.ok((await learnedIn(done)) === (await learnedIn(untracked)));
  assert.match(done.summary, /; W&B has not the whole curve; MLflow has not the whole curve$/);
  const [wandb, mlflow, ...more] = trackingOf(await readLedger(place('away', 'attempts.jsonl')));
  assert.deepEqual([wandb, more], [{ to: 'wandb', why: 'no network' }, []]);
  assert.equal(mlflow?.where, undefined);
  assert.match(mlflow!.why!, /Connection refused/);
  const log = await readFile(place('away', 'log.txt'), 'utf8');
  assert.equal(log.split('MLflow does not get the curve').length, 2);
});

test('no file of a run holds a secret of a tracker', async () => {
  for (const name of ['all', 'away']) {
    const folder = join(deps.runs, idOf(name));
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (file.isFile())
        assert.ok(!(await readFile(join(file.parentPath ?? file.path, file.name))).includes(secret), file.name);
  }
});

/** A port of this machine on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
