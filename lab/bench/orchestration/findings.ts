import type { RunSteps, Unchanged } from './commands.ts';
import { median } from './median.ts';
import type { Peer } from './peers.ts';
import type { Shape, Timed } from './sides.ts';
import { perStep, type TimeParts } from './time-parts.ts';

/** Temper against the hand-written workflow on one shape. Medians of several rounds. */
export interface Compared {
  steps: number;
  ratio: number;
  temper_ms_per_step: number;
  baseline_ms_per_step: number;
  limit: number;
  /** Milliseconds per step by owner; only for a chain, where the sum is the time of a step. */
  where?: { temper: TimeParts; baseline: TimeParts };
}

/** Goal: time of a step divided by its time in the hand-written workflow. */
const maxRatio = 1.15;

/** Takes the ratio within each round, since its two sides were measured one after the other. */
export function compare(shape: Shape, steps: number, rounds: readonly { temper: Timed; byHand: Timed }[]): Compared {
  const ms = (side: 'temper' | 'byHand') => (1000 * median(rounds.map((round) => round[side].seconds))) / steps;
  const part = (side: 'temper' | 'byHand', name: keyof TimeParts) =>
    median(rounds.map((round) => perStep(round[side].parts, steps)[name]));
  const parts = (side: 'temper' | 'byHand'): TimeParts => ({
    activity: part(side, 'activity'),
    workflow_task: part(side, 'workflow_task'),
    server: part(side, 'server'),
  });
  return {
    steps,
    ratio: median(rounds.map(({ temper, byHand }) => temper.seconds / byHand.seconds)),
    temper_ms_per_step: ms('temper'),
    baseline_ms_per_step: ms('byHand'),
    limit: maxRatio,
    ...(shape === 'chain' ? { where: { temper: parts('temper'), baseline: parts('byHand') } } : {}),
  };
}

export interface Findings {
  at: string;
  command: string;
  machine: {
    cpu: string;
    cores: number;
    memory_gib: number;
    kernel: string;
    node: string;
    load: [before: number, after: number];
  };
  chain: Compared;
  fan_out: Compared;
  matrix: Compared;
  unchanged: Unchanged;
  start: { version: number; validate: number; times: number };
  run_steps: RunSteps[];
  peers: Peer[];
}

const goals = { version: 0.15, validate: 0.2 } as const;
const met = (value: number, limit: number) => (value <= limit ? 'met' : '**missed**');
const ms = (value: number) => value.toFixed(1);
const seconds = (value: number) => `${value.toFixed(3)} s`;
const partsOf = ({ server, workflow_task, activity }: TimeParts) =>
  [server, workflow_task, activity].map(ms).join(' | ');

/** As Markdown, for the terminal and for `docs/performance.md` alike. */
export function renderFindings(found: Findings): string {
  const { machine, unchanged, start } = found;
  const shapes = [
    ['chain', found.chain],
    ['all at once, and a join', found.fan_out],
    ['a matrix', found.matrix],
  ] as const;
  const isLoaded = machine.load[0] > 0.5 * machine.cores;
  return `
### ${found.at.slice(0, 16).replace('T', ' ')}, ${machine.cpu}

- Repeat: \`${found.command}\`
- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, Linux ${machine.kernel}, Node ${machine.node}
- Load before and after: ${machine.load.map((load) => load.toFixed(1)).join(' and ')}${isLoaded ? ' **(the machine was busy: times are upper bounds)**' : ''}

Steps that do nothing, against a workflow written by hand that calls the same activity:

| shape | steps | temper, ms a step | by hand, ms a step | ratio | goal ${maxRatio} |
| --- | --- | --- | --- | --- | --- |
${shapes.map(([name, { steps, ratio, temper_ms_per_step, baseline_ms_per_step, limit }]) => `| ${name} | ${steps} | ${ms(temper_ms_per_step)} | ${ms(baseline_ms_per_step)} | ${ratio.toFixed(2)} | ${met(ratio, limit)} |`).join('\n')}

Where the time of a step goes, in ms:

| chain | server | workflow task | activity |
| --- | --- | --- | --- |
| temper | ${partsOf(found.chain.where!.temper)} |
| by hand | ${partsOf(found.chain.where!.baseline)} |
${found.run_steps.map(({ what, per_step }) => `| \`run\`: ${what} | ${partsOf(per_step)} |`).join('\n')}

Commands, from start to exit:

| command | median | goal |
| --- | --- | --- |
| \`temper --version\` | ${seconds(start.version)} | ${goals.version} s ${met(start.version, goals.version)} |
| \`temper validate pipelines/quickstart.yaml\` | ${seconds(start.validate)} | ${goals.validate} s ${met(start.validate, goals.validate)} |
| \`temper run\`, ${unchanged.steps} steps, nothing changed | ${seconds(unchanged.seconds)} | ${unchanged.limit} s ${met(unchanged.seconds, unchanged.limit)} |
| … before the run, the run, after it | ${[unchanged.before, unchanged.run, unchanged.after].map(seconds).join(', ')} | |
${found.run_steps.map(({ what, steps, seconds: all }) => `| \`temper run\`, ${steps} steps: ${what} | ${seconds(all)} | |`).join('\n')}

Other tools, the chain of ${found.chain.steps} steps that do nothing:

| tool | ms a step | measured |
| --- | --- | --- |
${found.peers.map(({ name, version, ms_per_step, measured, absent }) => `| ${name}${version ? ` ${version}` : ''} | ${ms_per_step === undefined ? '–' : ms(ms_per_step)} | ${measured ?? absent} |`).join('\n')}
`;
}
