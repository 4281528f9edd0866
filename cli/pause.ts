import { openHome } from '../services/home.ts';
import { resolveRun } from './runs.ts';
import { openSession } from './session.ts';
import { snapshot } from './snapshot.ts';

/** Holds a run: what trains saves a checkpoint and lets go of the device, nothing new starts. */
export async function pause(text: string): Promise<number> {
  const runId = await resolveRun(openHome().runs, text);
  const session = await openSession({ start: false });
  try {
    const { closed, status, state } = await snapshot(session.client, runId);
    if (closed) {
      process.stdout.write(`${runId} has ended already (${status.toLowerCase()}).\n`);
      return 0;
    }
    if (state?.status !== 'paused') await session.client.workflow.getHandle(runId).signal('pause');
    process.stdout.write(
      `${runId} is paused: a training saves a checkpoint and lets go of the device, a step of another kind ends what it began. Go on with \`npx temper resume ${runId}\`.\n`,
    );
    return 0;
  } finally {
    await session.close();
  }
}
