import { resumeSignal } from '../../protocol/messages.ts';
import { lookUp } from '../runs/look-up.ts';
import { resolveQuietly } from '../runs/resolve-run.ts';
import { openSession, runLink, type Session, workflowOf } from '../runs/session.ts';
import { resumeCautions } from '../view/failure-lines.ts';
import { waitingLines } from '../view/steps-shown.ts';
import { continueRun } from './continue-run.ts';
import { printRun, watchRun } from './watch.ts';

/** Continues a paused run, or a closed one under its id: with its stored plan and pins, its finished steps and its last checkpoint. */
export async function resume(
  text: string,
  options: { detach?: boolean; acceptVersions?: boolean; json?: boolean },
): Promise<number> {
  // Before the services: an unknown run starts none.
  const runId = await resolveQuietly(text);
  const session = await openSession({ start: true });
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    if (seen && !seen.closed) {
      const isPaused = seen.state?.status === 'paused';
      // Without a worker it is unknown whether the run is paused. The signal does not harm a run that is not.
      if (isPaused || !seen.state) await workflowOf(session.client, runId).signal(resumeSignal);
      const say = (text: string) => options.json || process.stdout.write(text);
      say(`${runId} ${isPaused ? 'continues' : 'is running already'}\n`);
      const waiting = seen.state ? waitingLines(seen.state, seen) : [];
      if (!isPaused && waiting.length > 0) {
        // Watching would show nothing but the wait.
        const lines = [...waiting, '', '`resume` is for paused and closed runs; this one waits for an answer'];
        say(`${lines.join('\n')}\n`);
        if (options.json) printRun(session, runId, 'running');
        return 1;
      }
      return await watchUnlessDetached(session, runId, options);
    }
    await continueRun(session, { runId, state }, options);
    for (const caution of state ? resumeCautions(state).slice(0, 1) : []) process.stderr.write(`hint: ${caution}\n`);
    const link = runLink(session, runId);
    if (!options.json) process.stdout.write(`${runId} continues\n${link ? `${link}\n` : ''}`);
    return await watchUnlessDetached(session, runId, options);
  } finally {
    await session.close();
  }
}

async function watchUnlessDetached(
  session: Session,
  runId: string,
  { detach, json }: { detach?: boolean; json?: boolean },
): Promise<number> {
  if (!detach) return await watchRun(session, runId, { json });
  if (json) printRun(session, runId, 'running');
  return 0;
}
