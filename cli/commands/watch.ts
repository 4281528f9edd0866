import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import color from 'picocolors';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { deviceHolders } from '../../services/machine/device-holders.ts';
import { snapshot } from '../../services/runs/snapshot.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { printJson } from '../json/print-json.ts';
import { readRecord } from '../runs/known-runs.ts';
import { lookUp, reconstructRun } from '../runs/look-up.ts';
import { openSessionOf } from '../runs/resolve-run.ts';
import { runLink, type Session } from '../runs/session.ts';
import { stateAtEnd } from '../runs/state-at-end.ts';
import { comparison } from '../view/comparison.ts';
import { failureLines } from '../view/failure-lines.ts';
import { follow } from '../view/live/follow.ts';
import { endLine } from '../view/render.ts';

/** Watches a run that was started earlier. */
export async function watch(text: string, { json }: { json?: boolean }): Promise<number> {
  const { session, runId } = await openSessionOf(text);
  try {
    const link = runLink(session, runId);
    if (!json) process.stdout.write(`${color.bold(runId)}\n${link ? `${color.dim(link)}\n` : ''}`);
    return await watchRun(session, runId, { json });
  } finally {
    await session.close();
  }
}

/** Follows a run to its end and prints its result. Exit code 0, 1 if it did not succeed, 130 if Ctrl-C stopped the watching. */
export async function watchRun(
  session: Session,
  runId: string,
  { json }: { json?: boolean | undefined } = {},
): Promise<number> {
  if (json) return await waitQuietly(session, runId);
  const { runs } = session.home;
  const { client } = session;
  const ending = await follow({
    look: () => snapshot(client, session.home, runId),
    end: (stop) => stateAtEnd(client, runId, stop),
    plan: () => readJsonFile<Plan>(join(runs, runId, 'plan.json')),
    holders: () => deviceHolders(join(session.home.root, 'devices')),
    record: async () => (await readRecord(runs, runId)) ?? (await reconstructRun(runs, runId)),
  });
  if (ending === 'detached') {
    process.stdout.write(
      `\nThe run continues in the background\nhint: watch it with \`npx temper watch ${runId}\`, or cancel it with \`npx temper cancel ${runId}\`\n`,
    );
    return 130;
  }
  process.stdout.write(`${[...(await failureLines(runs, ending)), '', endLine(ending)].join('\n')}\n`);
  for (const line of await comparison(session.home, ending)) process.stdout.write(`${line}\n`);
  for (const line of hints(ending)) process.stdout.write(`${line}\n`);
  return ending.status === 'succeeded' ? 0 : 1;
}

/** Waits for the end of a run without showing it, and prints how it ended as JSON. */
async function waitQuietly(session: Session, runId: string): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.on('SIGINT', interrupt);
  try {
    const ending = await endOf(session, runId, stop.signal);
    printRun(session, runId, ending?.status ?? 'running');
    return ending === undefined ? 130 : ending.status === 'succeeded' ? 0 : 1;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

/** Undefined when `stop` is aborted. A server that restarts says nothing for a while; the run goes on. */
async function endOf(session: Session, runId: string, stop: AbortSignal): Promise<RunState | undefined> {
  while (!stop.aborted) {
    const told = await stateAtEnd(session.client, runId, stop);
    if (told) return told;
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    if (state && state.status !== 'running' && state.status !== 'paused' && seen?.closed !== false) return state;
    await delay(500, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}

/** Prints a run as JSON: `run`, `resume` and the other commands that start or watch one have one shape. */
export const printRun = (session: Session, runId: string, status: RunState['status']): void =>
  printJson('watch', { run: runId, status, link: runLink(session, runId) ?? null });

function hints(state: RunState): string[] {
  if (state.status === 'succeeded') return [];
  return [
    '',
    `hint: see its attempts and failures with \`npx temper show ${state.runId}\``,
    // Of a failed step the command stands below its failure: another one may help it more.
    ...(state.status === 'failed' ? [] : [`hint: continue it with \`npx temper resume ${state.runId}\``]),
  ];
}
