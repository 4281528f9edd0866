import { pauseSignal } from '../../protocol/messages.ts';
import { openHome } from '../../services/machine/home.ts';
import { resolveRun } from '../runs/known-runs.ts';
import { endedAlready, lookUp } from '../runs/look-up.ts';
import { openSession, workflowOf } from '../runs/session.ts';

/** Holds a run: what trains saves a checkpoint and lets go of the device, nothing new starts. */
export async function pause(text: string): Promise<number> {
  const runId = await resolveRun(openHome().runs, text);
  const session = await openSession({ start: false });
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    if (!seen || seen.closed) {
      process.stdout.write(`${endedAlready(runId, state, seen)}\n`);
      return 0;
    }
    if (state?.status !== 'paused') await workflowOf(session.client, runId).signal(pauseSignal);
    process.stdout.write(
      `${runId} is paused: a training saves a checkpoint and lets go of the device, a step of another kind ends what it began. Go on with \`npx temper resume ${runId}\`.\n`,
    );
    return 0;
  } finally {
    await session.close();
  }
}
