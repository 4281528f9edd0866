import { openHome } from '../../services/machine/home.ts';
import { resolveRun } from '../runs/known-runs.ts';
import { endedAlready, lookUp } from '../runs/look-up.ts';
import { openSession, workflowOf } from '../runs/session.ts';

export async function cancel(text: string): Promise<number> {
  const runId = await resolveRun(openHome().runs, text);
  const session = await openSession({ start: false });
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    if (!seen || seen.closed) {
      process.stdout.write(`${endedAlready(runId, state, seen)}\n`);
      return 0;
    }
    await workflowOf(session.client, runId).cancel();
    process.stdout.write(
      `${runId} is asked to stop; a training saves a checkpoint first. Go on later with \`npx temper resume ${runId}\`.\n`,
    );
    return 0;
  } finally {
    await session.close();
  }
}
