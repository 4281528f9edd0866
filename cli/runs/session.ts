import type { Client, WorkflowHandle } from '@temporalio/client';
import { TemperError } from '../../core/errors/temper-error.ts';
import { workflowIdOf } from '../../core/run/run-id.ts';
import { type Home, openHome, queues } from '../../services/machine/home.ts';
import * as stack from '../../services/stack/up-and-down.ts';
import { connectTemporal, namedTemporal } from '../../services/temporal/connect.ts';
import { UserError } from '../user-error.ts';

export { runLink } from '../../services/temporal/run-link.ts';

export interface Session {
  home: Home;
  client: Client;
  namespace: string;
  /** Address of Temporal's web UI, if known. */
  ui: string | undefined;
  /** Whether temper starts the server. */
  own: boolean;
  close: () => Promise<void>;
}

/** Connects to the home's Temporal. Starts the services that do not run, if `start`. Throws UserError if Temporal does not answer. */
export async function openSession(how: { start: boolean }): Promise<Session> {
  const home = openHome();
  if (how.start && !(await workersElsewhere(home))) await stack.up(home, stack.terminalReporter());
  try {
    const { client, namespace, ui, own, close } = await connectTemporal(home);
    return { home, client, namespace, ui, own, close };
  } catch (error) {
    if (error instanceof TemperError && error.code === 'BAD_SETTING') throw error;
    throw new UserError(`Temporal does not answer: ${(error as Error).message}`, {
      hint: 'start the local services with `npx temper up`',
      exitCode: 1,
    });
  }
}

/** A session if Temporal answers, for commands that also read records. Throws BAD_SETTING. */
export const openSessionIfUp = async (): Promise<Session | undefined> =>
  await openSession({ start: false }).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });

/** Whether workers poll the user's own Temporal from elsewhere, as in the compose file. Then nothing is started here. */
async function workersElsewhere(home: Home): Promise<boolean> {
  if (!namedTemporal()) return false;
  const { connection, namespace, close } = await connectTemporal(home);
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queues(home).orchestrator },
      taskQueueType: 1, // TASK_QUEUE_TYPE_WORKFLOW
    });
    return (pollers ?? []).length > 0;
  } catch {
    return false; // the namespace does not exist yet; `up` creates it
  } finally {
    await close();
  }
}

/** The workflow of a run. */
export const workflowOf = (client: Client, runId: string): WorkflowHandle =>
  client.workflow.getHandle(workflowIdOf(runId));
