// Run as: npm run chaos -- --kills N --seed S [--only trainer|worker|orchestrator|server|ollama|save] [--append FILE] [--lanes N]
// Kills real processes of real runs at random moments, and compares their outcome with an undisturbed run.
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { runBatch } from './batch.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import { renderBatch, totalsOf } from './report.ts';
import { heartbeat, stopAll } from './stack.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    only: { type: 'string' },
    append: { type: 'string' },
    lanes: { type: 'string', default: '2' },
  },
});
const [kills, seed, lanes] = [values.kills, values.seed, values.lanes].map(Number) as [number, number, number];
if (!Number.isInteger(kills) || kills < 1)
  stop(`--kills is ${values.kills}; give a whole number of faults, such as 30`);
if (!Number.isInteger(seed) || seed < 0) stop(`--seed is ${values.seed}; give a whole number`);
if (!Number.isInteger(lanes) || lanes < 1) stop(`--lanes is ${values.lanes}; give the number of runs at once`);
if (values.only !== undefined && !faultKinds.includes(values.only as FaultKind))
  stop(`--only is ${values.only}; give one of ${faultKinds.join(', ')}`);
if (process.platform !== 'linux') stop('this needs Linux: it finds processes in /proc');
const only = values.only as FaultKind | undefined;

process.stderr.write(`seed ${seed}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The services run in sessions of their own and would outlive an interrupted batch.
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));
}
const started = Date.now();
const runs = await runBatch({
  kills,
  seed,
  only,
  lanes,
  log: (line) => process.stderr.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}\n`),
});
const report = renderBatch(runs, {
  machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`,
  date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  commit: commit(),
  seed,
  heartbeat,
  lanes,
  command: `npm run chaos -- --kills ${kills} --seed ${seed}${only ? ` --only ${only}` : ''}`,
  minutes: (Date.now() - started) / 60_000,
});
process.stdout.write(report);
if (values.append) appendFileSync(values.append, `\n${report}`);
const totals = totalsOf(runs);
const complaints = [
  ...(totals.troubles.length > 0 ? [`${totals.troubles.length} runs did not end like the undisturbed one`] : []),
  ...(totals.faults < kills ? [`only ${totals.faults} of ${kills} faults could be inflicted`] : []),
  ...(!only && totals.inTraining * 2 < totals.faults ? ['less than half of the faults hit training or a save'] : []),
];
for (const complaint of complaints) process.stderr.write(`${complaint} (seed ${seed})\n`);
process.exit(complaints.length > 0 ? 1 : 0);

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

function stop(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}
