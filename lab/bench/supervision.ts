// Run as: npm run bench:supervision [-- --pairs 10 --steps 400 --size small --every-steps 100 --threads N --json]
// Measures the cost of supervision and checkpoints: trains under temper and with the bare trainer in turn, with the same job.
// A run with one training step before each pair measures the fixed cost of a run.
// Takes about `pairs` × (20 s + 2 × (20 s + steps × the time of a step)). Needs a quiet machine, and reports its load.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { trainerEnvironment } from '../../activities/process/run-trainer.ts';
import { type BareRun, runBareTrainer } from './supervision/bare-trainer.ts';
import { type Pair, renderFindings, summarise } from './supervision/findings.ts';
import { Supervised, type Supervisor } from './supervision/supervised-run.ts';

/** Shapes of the random base model. A step of `tiny` is far shorter than any real one. */
const sizes: Readonly<Record<string, { hidden: number; layers: number; rows: number }>> = {
  tiny: { hidden: 64, layers: 2, rows: 4 },
  small: { hidden: 256, layers: 4, rows: 16 },
  medium: { hidden: 512, layers: 8, rows: 16 },
};

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    steps: { type: 'string', default: '400' },
    size: { type: 'string', default: 'small' },
    'every-steps': { type: 'string', default: '100' },
    threads: { type: 'string', default: String(Math.max(1, availableParallelism() - 1)) },
    json: { type: 'boolean', default: false },
  },
});
const size = sizes[values.size];
const [pairs, steps, every] = [values.pairs, values.steps, values['every-steps']].map(Number) as [
  number,
  number,
  number,
];
if (!size) throw new Error(`--size is one of ${Object.keys(sizes).join(', ')}`);
if (!(pairs >= 2 && steps >= 1 && every >= 1)) throw new Error('--pairs needs 2 or more, --steps and --every-steps 1');

const root = fileURLToPath(new URL('../..', import.meta.url));
process.env.OMP_NUM_THREADS = values.threads;
const say = (line: string) => process.stderr.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'temper-bench-'));
const supervised = new Supervised(join(folder, 'home'));

const document = (steps: number) => `
name: bench
steps:
  base:
    uses: run
    with: { command: [python, inputs/tiny_model.py, model, --hidden, "${size.hidden}", --layers, "${size.layers}"], inputs: { tiny_model.py: ${root}test/trainer/tiny_model.py }, outputs: { model: { path: model, type: model } } }
  data: { uses: prepare, with: { source: rows.jsonl, eval_split: 0 } }
  train:
    uses: train
    reuse: false
    with: { base: "\${{ steps.base.outputs.model }}", dataset: "\${{ steps.data.outputs.dataset }}", max_steps: ${steps}, batch_size: ${size.rows}, checkpoint: { every_steps: ${every} } }
`;

/** The same training with the bare trainer, in a separate folder. */
async function bare(job: Record<string, unknown>, name: string): Promise<BareRun & { adapter: string }> {
  const workdir = join(folder, name);
  await mkdir(workdir, { recursive: true });
  const file = join(workdir, 'job.json');
  await writeFile(file, JSON.stringify({ ...job, attempt: 1, workdir, resume_from: null }));
  const env = trainerEnvironment({ trainerRoot: root });
  const run = await runBareTrainer({ python: supervised.python, job: file, cwd: workdir, env });
  return { ...run, adapter: await adapterIn(workdir) };
}

async function adapterIn(workdir: string): Promise<string> {
  const bytes = await readFile(join(workdir, 'checkpoints', `checkpoint-${steps}`, 'adapter_model.safetensors'));
  return createHash('sha256').update(bytes).digest('hex');
}

/** CPU use of the idle stack, as a share of one core. */
async function idle(seconds: number): Promise<Record<Supervisor, number>> {
  const before = supervised.cpu();
  await delay(seconds * 1000);
  return Object.fromEntries(
    Object.entries(supervised.cpu()).map(([name, cpu]) => [name, (cpu - before[name as Supervisor]) / seconds]),
  ) as Record<Supervisor, number>;
}

async function cleanUp(): Promise<void> {
  await supervised.down();
  await rm(folder, { recursive: true, force: true });
}
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    isInterrupted = true;
    void cleanUp().finally(() => process.exit(130));
  });

try {
  const load = [loadavg()[0]!];
  const rows = Array.from({ length: 400 }, (_, n) =>
    JSON.stringify({ prompt: `What is ${n} plus ${n}?`, completion: `It is ${n + n}, and one more is ${n + n + 1}.` }),
  );
  await writeFile(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const [long, short] = [join(folder, 'bench.yaml'), join(folder, 'short.yaml')];
  await writeFile(long, document(steps));
  await writeFile(short, document(1));
  await supervised.up();
  say('a first run of each, to make the base model and warm the caches');
  const { runId } = await supervised.run(long);
  const job = await supervised.job(runId);
  await bare(job, 'warm');
  const idleCpu = await idle(10);

  const measured: Pair[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    // The ways take turns in going first, so that warm-up and throttling affect both alike.
    const bareFirst = pair % 2 === 0;
    const once = await supervised.run(short);
    const early = bareFirst ? await bare(job, `bare-${pair}`) : undefined;
    const under = await supervised.run(long);
    const alone = early ?? (await bare(job, `bare-${pair}`));
    const trained = await adapterIn(join(supervised.home.runs, under.runId, 'steps', 'train', 'work'));
    if (trained !== alone.adapter)
      throw new Error('the two trainings made different adapters, so their times do not compare');
    measured.push({ supervised: under, bare: alone, short: once });
    load.push(loadavg()[0]!);
    say(
      `pair ${pair} of ${pairs}: loop ${under.loop.toFixed(2)} s under temper, ${alone.loop.toFixed(2)} s bare; load ${load.at(-1)!.toFixed(1)}`,
    );
  }
  const findings = {
    machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism(), load },
    at: new Date().toISOString(),
    options: { size: values.size, ...size, steps, every_steps: every, threads: Number(values.threads) },
    idle_share_of_a_core: idleCpu,
    ...summarise(measured, steps),
  };
  process.stdout.write(values.json ? `${JSON.stringify(findings, null, 2)}\n` : renderFindings(findings));
} catch (error) {
  // After Ctrl-C, the end of the trainer is expected.
  if (!isInterrupted) throw error;
} finally {
  await cleanUp();
}
