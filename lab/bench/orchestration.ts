// Run as: npm run bench:orchestration [-- --json --append FILE --steps 100 --matrix 1000 --rounds 5 --slots 100]
// Measures the time of a step under temper against a hand-written workflow on the same warm server, and the time of commands.
// Takes about three minutes. Needs a quiet machine, and reports its load.
import { appendFile, mkdtemp } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureRunSteps, measureStart, measureUnchanged } from './orchestration/commands.ts';
import { compare, type Findings, renderFindings } from './orchestration/findings.ts';
import { measurePeers } from './orchestration/peers.ts';
import { type Shape, Sides, type Timed } from './orchestration/sides.ts';
import { BenchStack } from './orchestration/stack.ts';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '100' },
    matrix: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    slots: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    append: { type: 'string' },
  },
});
const [steps, matrix, rounds, slots] = [values.steps, values.matrix, values.rounds, values.slots].map(Number) as [
  number,
  number,
  number,
  number,
];
for (const [name, value] of Object.entries({ steps, matrix, rounds, slots }))
  if (!Number.isInteger(value) || value < (name === 'steps' ? 3 : 1))
    throw new Error(`--${name} must be a whole number of at least ${name === 'steps' ? 3 : 1}`);

const say = (line: string) => process.stderr.write(`${line}\n`);
const stack = new BenchStack(await mkdtemp(join(tmpdir(), 'temper-bench-')));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stack.down().finally(() => process.exit(130)));

async function rounded(sides: Sides, shape: Shape, count: number, rounds: number) {
  const all: { temper: Timed; byHand: Timed }[] = [];
  for (let round = 0; round < rounds; round++) {
    // The sides take turns in going first, so that warm-up and throttling affect both alike.
    const early = round % 2 === 1 ? await sides.byHand(shape, count) : undefined;
    const temper = await sides.temper(shape, count);
    all.push({ temper, byHand: early ?? (await sides.byHand(shape, count)) });
  }
  const compared = compare(shape, count, all);
  const times = `${compared.temper_ms_per_step.toFixed(1)} ms per step, by hand ${compared.baseline_ms_per_step.toFixed(1)}`;
  say(`${shape} of ${count}: ${times}, ratio ${compared.ratio.toFixed(2)}`);
  return compared;
}

try {
  const loadBefore = loadavg()[0]!;
  await stack.up();
  const sides = await Sides.open(stack.home, slots);
  say('a first round of each, to warm up');
  for (const shape of ['chain', 'fan_out'] as const) {
    await sides.temper(shape, steps);
    await sides.byHand(shape, steps);
  }
  const compared = {
    chain: await rounded(sides, 'chain', steps, rounds),
    fan_out: await rounded(sides, 'fan_out', steps, rounds),
    matrix: await rounded(sides, 'matrix', matrix, Math.ceil(rounds / 2)),
  };
  await sides.close();
  say('real steps under the real command');
  const run_steps = [await measureRunSteps(stack, steps, false), await measureRunSteps(stack, steps, true)];
  const unchanged = await measureUnchanged(stack, steps, rounds);
  say(`${steps} steps with nothing changed: ${unchanged.seconds.toFixed(2)} s`);
  const start = await measureStart(
    stack,
    fileURLToPath(new URL('../../pipelines/quickstart.yaml', import.meta.url)),
    4 * rounds,
  );
  const found: Findings = {
    at: new Date().toISOString(),
    command: ['npm run bench:orchestration', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
      ' ',
    ),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memory_gib: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.version,
      load: [loadBefore, loadavg()[0]!],
    },
    ...compared,
    unchanged,
    start,
    run_steps,
    peers: await measurePeers(steps),
  };
  process.stdout.write(values.json ? `${JSON.stringify(found, null, 2)}\n` : renderFindings(found));
  if (values.append) await appendFile(values.append, renderFindings(found));
} finally {
  await stack.down();
}
