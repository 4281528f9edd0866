import { join } from 'node:path';
import color from 'picocolors';
import { type LedgerLine, type StopReason, type Stretch, stepsOf, stretches } from '../../core/run/attempts.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { inOneLine } from '../../core/words/in-one-line.ts';
import { plural } from '../../core/words/plural.ts';
import { localTimeToSecond } from '../../services/machine/local-time.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { warned } from './text/colours.ts';
import { duration } from './text/duration.ts';

/** The ledgers of a run's steps that have one. */
export async function ledgers(runs: string, runId: string, state: RunState): Promise<Record<string, LedgerLine[]>> {
  const entries = await Promise.all(
    Object.keys(state.steps).map(
      async (id) => [id, await readLedger(join(runs, runId, 'steps', id, 'attempts.jsonl'))] as const,
    ),
  );
  return Object.fromEntries(entries.filter(([, lines]) => lines.length > 0));
}

/** What a step went through is told where it was not done in one piece: each stretch, then the totals. */
export function attemptLines(attempts: Readonly<Record<string, readonly LedgerLine[]>>): string[] {
  return Object.entries(attempts).flatMap(([id, ledger]) => {
    const all = stretches(ledger);
    if (all.length < 2 && all.every(({ end }) => !end || end.how === 'succeeded')) return [];
    return ['', `${color.bold(id)}: ${totals(all)}`, ...all.map((stretch) => `  ${describe(stretch)}`)];
  });
}

function totals(all: readonly Stretch[]): string {
  const count = (how: string) => all.filter(({ end }) => end?.how === how).length;
  const numbers = new Set(all.map(({ attempt }) => attempt)).size;
  const worked = all.reduce((sum, stretch) => sum + milliseconds(stretch), 0);
  const steps = all.map(stepsOf);
  const [done, lost] = [sum(steps.map((each) => each.done)), sum(steps.map((each) => each.lost))];
  return [
    plural(numbers, 'attempt'),
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    ...(count('lost') > 0 ? [`${count('lost')} lost with the worker`] : []),
    ...(count('stopped') > 0 ? [`stopped on request ${plural(count('stopped'), 'time')}`] : []),
    ...(done > 0 ? [`${done} steps trained, ${lost === 0 ? 'none' : lost} of them twice`] : []),
    `${duration(worked)} of work`,
  ].join(', ');
}

const reasons: Readonly<Record<StopReason, string>> = {
  cancel: 'stopped on request',
  pause: 'paused from Temporal’s pages',
  shutdown: 'stopped with its worker',
  left: 'stopped, since its run was ended, reset or given to another worker',
};

function describe(stretch: Stretch): string {
  const { end } = stretch;
  const how = !end
    ? 'under way'
    : end.how === 'failed'
      ? color.red(`failed: ${inOneLine(end.message)} [${end.code}]`)
      : end.how === 'lost'
        ? warned('lost with its worker')
        : end.how === 'stopped'
          ? warned(reasons[end.why ?? 'cancel'])
          : end.how;
  const { lost } = stepsOf(stretch);
  const facts = [
    stretch.resumedFrom === undefined ? '' : `from checkpoint ${stretch.resumedFrom}`,
    stretch.saved === undefined ? '' : `saved up to ${stretch.saved}`,
    lost > 0 ? `${plural(lost, 'step')} lost` : '',
    end ? `took ${duration(milliseconds(stretch))}` : '',
  ].filter(Boolean);
  const broken = stretch.quarantined.map(({ reason, path }) => `\n     ${warned(reason)}, put aside in ${path}`);
  return `${stretch.attempt}. ${localTimeToSecond(stretch.startedAt)} on ${stretch.host}: ${how}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}${broken.join('')}`;
}

/** Zero for one that has not ended: until when it worked is not known. */
const milliseconds = ({ startedAt, endedAt }: Stretch) => (endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
