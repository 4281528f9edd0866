import type { ComparedRun } from './batch.ts';
import { faultKinds, nameOf } from './faults.ts';
import type { Inflicted } from './inflict-faults.ts';

interface BatchFacts {
  lanes: number;
  machine: string;
  date: string;
  commit: string;
  seed: number;
  /** Heartbeat timeout of the runs; users have 30 s. */
  heartbeat: string;
  /** The command that repeats the batch. */
  command: string;
  minutes: number;
}

interface Totals {
  faults: number;
  survived: number;
  equal: number;
  /** Faults during training steps or a save. */
  inTraining: number;
  /** One line per run that differs, did not survive or left something behind. */
  troubles: readonly string[];
}

export function totalsOf(runs: readonly ComparedRun[]): Totals {
  const all = runs.flatMap((run) => run.faults.map((fault) => ({ fault, run })));
  const count = (holds: (each: (typeof all)[number]) => boolean) => all.filter(holds).length;
  return {
    faults: all.length,
    survived: count(({ run }) => hasSurvived(run)),
    equal: count(({ run }) => isEqual(run)),
    inTraining: count(({ fault: { at } }) => at.phase === 'training' || at.phase === 'saving'),
    troubles: runs.flatMap(({ trouble, runId }) => (trouble === undefined ? [] : [`${runId}: ${trouble}`])),
  };
}

const hasSurvived = ({ outcome }: ComparedRun): boolean => outcome !== undefined;
const isEqual = ({ differs }: ComparedRun): boolean => differs !== undefined && differs.length === 0;

/** Renders one batch as a Markdown section: facts, totals, a line per kind, a line per fault. */
export function renderBatch(runs: readonly ComparedRun[], facts: BatchFacts): string {
  const totals = totalsOf(runs);
  const table = runs.flatMap((run, index) => run.faults.map((fault) => rowOf(`${index + 1}`, fault, run)));
  const kinds = namesOf(runs).map((name) => kindLine(name, runs));
  const compared = Object.keys(runs.find(({ outcome }) => outcome)?.outcome ?? {}).length;
  return [
    `### ${facts.date}, seed ${facts.seed}: ${totals.faults} faults, ${totals.survived} survived, ${totals.equal} equal`,
    '',
    `- Repeat: \`${facts.command}\``,
    `- Machine: ${facts.machine}`,
    `- Commit ${facts.commit}; ${runs.length} runs and an undisturbed one, each in a home of its own, ${facts.lanes} at a time; ${facts.minutes.toFixed(0)} min`,
    `- Heartbeat timeout shortened to ${facts.heartbeat} (users have 30 s), pauses between attempts to 1 s or 2 s (users have 5 s and more)`,
    `- Compared of each run: ${compared} files and values; adapter, merged model, GGUF, served model, losses, score`,
    `- ${totals.inTraining} of ${totals.faults} faults during training or a save`,
    ...totals.troubles.map((trouble) => `- **${trouble}**`),
    '',
    ...render(
      [
        'kind',
        'faults',
        'survived',
        'equal',
        'steps lost, median',
        'maximum',
        'seconds until running again, median',
        'maximum',
      ],
      kinds,
    ),
    '',
    ...render(
      [
        'run',
        'fault',
        'pid',
        'step',
        'phase',
        'training step',
        'survived',
        'equal',
        'steps lost',
        'seconds until running again',
      ],
      table,
    ),
    '',
  ].join('\n');
}

function rowOf(run: string, fault: Inflicted, compared: ComparedRun): string[] {
  const { at, pid, lost, seconds } = fault;
  const cells = [run, nameOf(fault), `${pid}`, at.step, at.phase || '–', `${at.trainingStep ?? '–'}`];
  return [...cells, yes(hasSurvived(compared)), yes(isEqual(compared)), `${lost}`, seconds?.toFixed(1) ?? '–'];
}

/** Names of the faults, in the order of their kinds. */
function namesOf(runs: readonly ComparedRun[]): string[] {
  const faults = runs.flatMap((run) => run.faults);
  const sorted = faultKinds.flatMap((kind) =>
    faults
      .filter((fault) => fault.kind === kind)
      .map(nameOf)
      .sort(),
  );
  return [...new Set(sorted)];
}

function kindLine(name: string, runs: readonly ComparedRun[]): string[] {
  const all = runs.flatMap((run) =>
    run.faults.filter((fault) => nameOf(fault) === name).map((fault) => ({ fault, run })),
  );
  const lost = all.map(({ fault }) => fault.lost);
  const seconds = all.flatMap(({ fault }) => fault.seconds ?? []);
  const cells = [
    ...[median(lost), Math.max(...lost)].map((value) => `${value}`),
    ...(seconds.length > 0 ? [median(seconds), Math.max(...seconds)].map((value) => value.toFixed(1)) : ['–', '–']),
  ];
  const survived = all.filter(({ run }) => hasSurvived(run)).length;
  return [name, `${all.length}`, `${survived}`, `${all.filter(({ run }) => isEqual(run)).length}`, ...cells];
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const yes = (value: boolean): string => (value ? 'yes' : '**no**');

function render(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
