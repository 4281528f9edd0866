import type { WorkflowHandle } from '@temporalio/client';
import type { RunState } from '../../core/run/run-state.ts';
import { closedRunText, lookUp } from './look-up.ts';
import { openSessionOf } from './resolve-run.ts';
import { workflowOf } from './session.ts';

interface OpenRun {
  runId: string;
  /** Undefined if no worker answers. */
  state: RunState | undefined;
  workflow: WorkflowHandle;
}

/** Changes an open run and prints the text that `change` returns; for a closed run, prints how it ended. Returns exit code 0. */
export async function changeOpenRun(text: string, change: (run: OpenRun) => Promise<string>): Promise<number> {
  const { session, runId } = await openSessionOf(text);
  try {
    const { seen, state } = await lookUp(session.home.runs, session, runId);
    const isOpen = seen && !seen.closed;
    const result = isOpen
      ? await change({ runId, state, workflow: workflowOf(session.client, runId) })
      : closedRunText(runId, state, seen);
    process.stdout.write(`${result}\n`);
    return 0;
  } finally {
    await session.close();
  }
}
