import { openHome } from '../services/home.ts';
import { resolveRun } from './runs.ts';
import { openSession } from './session.ts';
import { snapshot } from './snapshot.ts';

export async function cancel(text: string): Promise<number> {
  const runId = await resolveRun(openHome().runs, text);
  const session = await openSession({ start: false });
  try {
    const { closed, status } = await snapshot(session.client, runId);
    if (closed) {
      process.stdout.write(`${runId} has ended already (${status.toLowerCase()}).\n`);
      return 0;
    }
    await session.client.workflow.getHandle(runId).cancel();
    process.stdout.write(
      `${runId} is asked to stop; a training saves a checkpoint first. Go on later with \`npx temper resume ${runId}\`.\n`,
    );
    return 0;
  } finally {
    await session.close();
  }
}
