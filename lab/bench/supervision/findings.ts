import type { BareRun } from './bare-trainer.ts';
import { pairedRatio, type Ratio } from './paired-ratio.ts';
import { type SupervisedRun, type Supervisor, supervisors } from './supervised-run.ts';

export interface Pair {
  supervised: SupervisedRun;
  bare: BareRun;
  /** The same pipeline with one training step, run just before: the fixed cost of a run. */
  short: SupervisedRun;
}

/** Limits of the overhead, as shares. */
const limits = { supervision: 0.005, checkpointing: 0.01 } as const;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const perSupervisor = (value: (name: Supervisor) => number) =>
  Object.fromEntries(supervisors.map((name) => [name, value(name)])) as Record<Supervisor, number>;
const total = (each: Record<Supervisor, number>) => sum(Object.values(each));

/**
 * CPU of supervision. `once`: the run with one step, in seconds. `steady`: the difference between the long run and that
 * one, as a share of the trainer's difference. `whole`: the long run, as a share of its trainer's CPU.
 */
export function supervisionCost(pairs: readonly Pick<Pair, 'supervised' | 'short'>[]) {
  const mean = (value: (pair: (typeof pairs)[number]) => number) => sum(pairs.map(value)) / pairs.length;
  const trainer = {
    long: mean(({ supervised }) => supervised.trainerCpu),
    short: mean(({ short }) => short.trainerCpu),
  };
  const once = perSupervisor((name) => mean(({ short }) => short.cpu[name]));
  const steady = perSupervisor(
    (name) => mean(({ supervised, short }) => supervised.cpu[name] - short.cpu[name]) / (trainer.long - trainer.short),
  );
  const whole = perSupervisor((name) => mean(({ supervised }) => supervised.cpu[name]) / trainer.long);
  const beforeSteps = total(once) - total(steady) * trainer.short;
  const limit = limits.supervision;
  return {
    once,
    steady,
    whole,
    limit,
    /** A whole run is within the limit if its trainer uses at least this many CPU seconds. */
    within_from: total(steady) < limit ? beforeSteps / (limit - total(steady)) : Number.POSITIVE_INFINITY,
  };
}

/** Summarises pairs. Shares are fractions of 1, times are in seconds. */
export function summarise(pairs: readonly Pair[], steps: number) {
  const loop = sum(pairs.map(({ bare }) => bare.loop));
  const saves = pairs.flatMap(({ bare }) => bare.saves);
  return {
    step_seconds: (loop - sum(saves)) / (pairs.length * steps),
    supervision: supervisionCost(pairs),
    checkpointing: {
      share: sum(saves) / loop,
      save_seconds: sum(saves) / saves.length,
      saves: saves.length,
      limit: limits.checkpointing,
    },
    /** Temper's time divided by the bare trainer's, with a 95 % interval: t on paired log-ratios. */
    wall: {
      loop: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.loop, bare.loop])),
      step_by_process: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.step, bare.wall])),
      run_by_process: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.wall, bare.wall])),
    },
    trainer_cpu: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.trainerCpu, bare.cpu])),
    pairs: pairs.map(({ supervised, short, bare: { saves, wall, cpu, loop } }) => ({
      supervised: withoutId(supervised),
      short: withoutId(short),
      bare: { wall, cpu, loop, saves },
    })),
  };
}

const withoutId = ({ runId: _, ...figures }: SupervisedRun) => figures;

export type Findings = ReturnType<typeof summarise> & {
  machine: { cpu: string; cores: number; load: number[] };
  at: string;
  options: Record<string, string | number>;
  idle_share_of_a_core: Record<Supervisor, number>;
};

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const verdict = (share: number, limit: number) =>
  `${share <= limit ? 'within' : 'ABOVE'} the limit of ${percent(limit)}`;
const interval = ({ ratio, low, high }: Ratio) => `${ratio.toFixed(4)}  (${low.toFixed(4)} to ${high.toFixed(4)})`;

export function renderFindings(found: Findings): string {
  const { machine, options, supervision, checkpointing, wall } = found;
  const loads = machine.load.map((load) => load.toFixed(1)).join(' ');
  return `
${found.at}  ${machine.cpu}, ${machine.cores} cores; load before and after each pair: ${loads}
${Object.entries(options)
  .map(([name, value]) => `${name} ${value}`)
  .join(', ')}; a step takes ${(1000 * found.step_seconds).toFixed(0)} ms; ${found.pairs.length} pairs

pair  loop: temper    bare   ratio   trainer CPU  supervision CPU
${found.pairs
  .map(({ supervised, bare }, index) =>
    [
      String(index + 1).padStart(4),
      `${supervised.loop.toFixed(2)} s`.padStart(14),
      `${bare.loop.toFixed(2)} s`.padStart(9),
      (supervised.loop / bare.loop).toFixed(3).padStart(7),
      `${supervised.trainerCpu.toFixed(2)} s`.padStart(12),
      `${total(supervised.cpu).toFixed(2)} s`.padStart(15),
    ].join(' '),
  )
  .join('\n')}

CPU of supervision by that of the trainer   in all       while it trains   once a run
${supervisors
  .map(
    (name) =>
      `  ${name.padEnd(42)}${percent(supervision.whole[name]).padEnd(13)}${percent(supervision.steady[name]).padEnd(18)}${supervision.once[name].toFixed(2)} s  (idle: ${percent(found.idle_share_of_a_core[name])} of a core)`,
  )
  .join('\n')}
  ${'together'.padEnd(42)}${percent(total(supervision.whole)).padEnd(13)}${percent(total(supervision.steady)).padEnd(18)}${total(supervision.once).toFixed(2)} s
  while it trains: ${verdict(total(supervision.steady), supervision.limit)}; this run in all: ${verdict(total(supervision.whole), supervision.limit)}${
    Number.isFinite(supervision.within_from)
      ? `;\n  any run in all once its trainer has used ${(supervision.within_from / 60).toFixed(1)} minutes of CPU`
      : ''
  }
Time in checkpoints, of the loop            ${percent(checkpointing.share)}, ${verdict(checkpointing.share, checkpointing.limit)}
  ${checkpointing.saves} saves of ${(1000 * checkpointing.save_seconds).toFixed(0)} ms on average
Temper by bare, 95 % interval (t on the logarithms of paired ratios)
  training loop                             ${interval(wall.loop)}
  training step by process                  ${interval(wall.step_by_process)}  inputs verified, checkpoints published
  whole run by process                      ${interval(wall.run_by_process)}
  CPU of the trainer                        ${interval(found.trainer_cpu)}
`;
}
