import type { BareRun } from './bare-trainer.ts';
import { pairedRatio, type Ratio } from './paired-ratio.ts';
import { type SupervisedRun, type Supervisor, supervisors } from './supervised-run.ts';

export interface Pair {
  supervised: SupervisedRun;
  bare: BareRun;
}

/** What may be spent, as shares: notes on reliability, the overhead limits. */
export const limits = { supervision: 0.005, checkpointing: 0.01 } as const;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Shares are of 1. Times are in seconds. */
export function summarise(pairs: readonly Pair[], steps: number) {
  const trainerCpu = sum(pairs.map(({ supervised }) => supervised.trainerCpu));
  const share = Object.fromEntries(
    supervisors.map((name) => [name, sum(pairs.map(({ supervised }) => supervised.cpu[name])) / trainerCpu]),
  ) as Record<Supervisor, number>;
  const loop = sum(pairs.map(({ bare }) => bare.loop));
  const saves = pairs.flatMap(({ bare }) => bare.saves);
  return {
    step_seconds: (loop - sum(saves)) / (pairs.length * steps),
    supervision: { share: sum(Object.values(share)), of: share, limit: limits.supervision },
    checkpointing: {
      share: sum(saves) / loop,
      save_seconds: sum(saves) / saves.length,
      saves: saves.length,
      limit: limits.checkpointing,
    },
    /** Temper's time by the bare trainer's, with a 95 % interval: t on paired log-ratios. */
    wall: {
      loop: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.loop, bare.loop])),
      step_by_process: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.step, bare.wall])),
      run_by_process: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.wall, bare.wall])),
    },
    trainer_cpu: pairedRatio(pairs.map(({ supervised, bare }) => [supervised.trainerCpu, bare.cpu])),
    pairs: pairs.map(({ supervised: { runId: _, ...supervised }, bare: { saves, wall, cpu, loop } }) => ({
      supervised,
      bare: { wall, cpu, loop, saves },
    })),
  };
}

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
      `${sum(Object.values(supervised.cpu)).toFixed(2)} s`.padStart(15),
    ].join(' '),
  )
  .join('\n')}

CPU of supervision by that of the trainer   ${percent(supervision.share)}, ${verdict(supervision.share, supervision.limit)}
${supervisors
  .map(
    (name) =>
      `  ${name.padEnd(42)}${percent(supervision.of[name])} (idle: ${percent(found.idle_share_of_a_core[name])} of a core)`,
  )
  .join('\n')}
Time in checkpoints, of the loop            ${percent(checkpointing.share)}, ${verdict(checkpointing.share, checkpointing.limit)}
  ${checkpointing.saves} saves of ${(1000 * checkpointing.save_seconds).toFixed(0)} ms on average
Temper by bare, 95 % interval (t on the logarithms of paired ratios)
  training loop                             ${interval(wall.loop)}
  training step by process                  ${interval(wall.step_by_process)}  inputs verified, checkpoints published
  whole run by process                      ${interval(wall.run_by_process)}
  CPU of the trainer                        ${interval(found.trainer_cpu)}
`;
}
