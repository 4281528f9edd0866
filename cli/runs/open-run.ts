import type { WorkflowHandle } from '@temporalio/client';
import type { RunState } from '../../core/run/run-state.ts';
import { printJson } from '../json/print-json.ts';
import { closedRunText, lookUp } from './look-up.ts';
import { openSessionOf } from './resolve-run.ts';
import { workflowOf } from './session.ts';

interface OpenRun {
  runId: string;
  /** Undefined if no worker answers. */
  state: RunState | undefined;
  workflow: WorkflowHandle;
}

interface Change {
  command: 'pause' | 'cancel';
  /** Makes the change and returns the text about it. */
  make: (run: OpenRun) => Promise<string>;
}

/** Changes an open run and prints what has become of it; for a closed run, prints how it ended. Returns exit code 0. */
export async function changeOpenRun(
  text: string,
  { command, make }: Change,
  options: { json?: boolean },
): Promise<number> {
  const { session, runId } = await openSessionOf(text);
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    const isOpen = seen !== undefined && !seen.closed;
    const result = isOpen
      ? await make({ runId, state, workflow: workflowOf(session.client, runId) })
      : closedRunText(runId, state, seen);
    const status = state?.status ?? seen?.status.toLowerCase() ?? 'unknown';
    if (options.json) printJson(command, { run: runId, status, done: isOpen });
    else process.stdout.write(`${result}\n`);
    return 0;
  } finally {
    await session.close();
  }
}
