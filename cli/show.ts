import { join } from 'node:path';
import color from 'picocolors';
import { isHandle } from '../core/handles.ts';
import type { RunState } from '../core/run-state.ts';
import { openHome } from '../services/home.ts';
import { type LedgerLine, readLedger } from '../services/ledger.ts';
import { comparison } from './comparison.ts';
import { type Snapshot, snapshot } from './follow.ts';
import { duration, endLine, failures, pinLines, stepLine, stepWidth } from './render.ts';
import { readRecord, resolveRun } from './runs.ts';
import { openSession, runLink } from './session.ts';
import { UserError } from './user-error.ts';

export async function show(text: string, options: { json?: boolean }): Promise<number> {
  const home = openHome();
  const runId = await resolveRun(home.runs, text);
  const session = await openSession({ start: false }).catch(() => undefined);
  try {
    const seen = session ? await snapshot(session.client, runId).catch(() => undefined) : undefined;
    const state = seen?.state ?? (await readRecord(home.runs, runId));
    if (!state) throw new UserError(`${runId} goes on, but Temporal does not answer; \`npx temper up\` starts it`, 1);
    const attempts = await ledgers(home.runs, runId, state);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ ...state, attempts }, null, 2)}\n`);
      return 0;
    }
    const link = session ? runLink(session, runId) : undefined;
    const lines = [
      endLine(state),
      ...(link ? [color.dim(link)] : []),
      '',
      ...stepLines(state, seen),
      ...attemptLines(attempts),
      ...failures(state),
      ...(await comparison(home, state)),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    await session?.close();
  }
}

function stepLines(state: RunState, seen: Snapshot | undefined): string[] {
  const width = stepWidth(state);
  const steps = Object.entries(state.steps).flatMap(([id, step]) => {
    const made = Object.entries(step.outputs ?? {}).map(
      ([name, value]) => `${name} ${isHandle(value) ? value.digest.slice(7, 19) : JSON.stringify(value)}`,
    );
    return [
      stepLine(id, step, seen?.pending[id], Date.now(), width),
      ...(made.length > 0 ? [color.dim(`${' '.repeat(width + 13)}${made.join('  ')}`)] : []),
    ];
  });
  return [...pinLines(seen?.pending.pin, Date.now(), width), ...steps];
}

async function ledgers(runs: string, runId: string, state: RunState): Promise<Record<string, LedgerLine[]>> {
  const entries = await Promise.all(
    Object.keys(state.steps).map(
      async (id) => [id, await readLedger(join(runs, runId, 'steps', id, 'attempts.jsonl'))] as const,
    ),
  );
  return Object.fromEntries(entries.filter(([, lines]) => lines.length > 0));
}

/** Attempts are told where there was more than one, or where one ended badly. */
function attemptLines(attempts: Record<string, LedgerLine[]>): string[] {
  const lines: string[] = [];
  for (const [id, ledger] of Object.entries(attempts)) {
    const starts = ledger.filter((line) => line.event === 'started');
    if (starts.length < 2 && !ledger.some((line) => line.event === 'ended' && line.how === 'failed')) continue;
    lines.push('', `${color.bold(id)}: ${starts.length} attempts`);
    for (const start of starts) lines.push(`  ${describeAttempt(start, ledger)}`);
  }
  return lines;
}

function describeAttempt(start: LedgerLine & { event: 'started' }, ledger: readonly LedgerLine[]): string {
  const own = ledger.filter((line) => line.attempt === start.attempt);
  const end = own.find((line) => line.event === 'ended');
  const resumed = own.find((line) => line.event === 'resumed');
  const saved = own.filter((line) => line.event === 'checkpoint').at(-1);
  const later = ledger.some((line) => line.attempt > start.attempt);
  const how = !end
    ? later
      ? color.yellow('lost with its worker')
      : 'under way'
    : end.how === 'failed'
      ? color.red(`failed: ${end.message.split('\n')[0]} [${end.code}]`)
      : end.how === 'stopped'
        ? color.yellow('stopped on request')
        : end.how;
  const facts = [
    resumed?.event === 'resumed' ? `from checkpoint ${resumed.fromStep}` : '',
    saved?.event === 'checkpoint' ? `saved up to ${saved.step}` : '',
    end ? `took ${duration(Date.parse(end.at) - Date.parse(start.at))}` : '',
  ].filter(Boolean);
  return `${start.attempt}. ${new Date(start.at).toLocaleString()} on ${start.host}: ${how}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}
