import color from 'picocolors';
import type { RunState } from '../../core/run/run-state.ts';
import { openHome } from '../../services/machine/home.ts';
import { readRecord, resolveRun } from '../runs/known-runs.ts';
import { remains } from '../runs/look-up.ts';
import { openSession, runLink, type Session } from '../runs/session.ts';
import { snapshot } from '../runs/snapshot.ts';
import { stateAtEnd } from '../runs/state-at-end.ts';
import { comparison } from '../view/comparison.ts';
import { endText, follow } from '../view/follow.ts';

export async function watch(text: string): Promise<number> {
  const runId = await resolveRun(openHome().runs, text);
  const session = await openSession({ start: false });
  try {
    const link = runLink(session, runId);
    process.stdout.write(`${color.bold(runId)}\n${link ? `${color.dim(link)}\n` : ''}`);
    return await watchRun(session, runId);
  } finally {
    await session.close();
  }
}

/** Follows a run to its end and tells what came out. Exit code: 0, 1 when it failed, 130 when watching was interrupted. */
export async function watchRun(session: Session, runId: string): Promise<number> {
  const { runs } = session.home;
  const { client } = session;
  const ending = await follow({
    look: () => snapshot(client, session.home, runId),
    end: (stop) => stateAtEnd(client, runId, stop),
    record: async () => (await readRecord(runs, runId)) ?? (await remains(runs, runId)),
  });
  if (ending === 'detached') {
    process.stdout.write(
      `\nThe run goes on. Come back with \`npx temper watch ${runId}\`, stop it with \`npx temper cancel ${runId}\`.\n`,
    );
    return 130;
  }
  process.stdout.write(`${endText(ending)}\n`);
  for (const line of await comparison(session.home, ending)) process.stdout.write(`${line}\n`);
  for (const line of next(ending)) process.stdout.write(`${line}\n`);
  return ending.status === 'succeeded' ? 0 : 1;
}

function next(state: RunState): string[] {
  if (state.status === 'succeeded') return [];
  return ['', `Look closer:  npx temper show ${state.runId}`, `Go on:        npx temper resume ${state.runId}`];
}
