import type { RunState } from '../../core/run/run-state.ts';
import type { Home } from '../../services/machine/home.ts';
import { UserError } from '../user-error.ts';
import { lookUp } from './look-up.ts';
import { resolveRun } from './resolve-run.ts';
import { openSessionIfUp, type Session } from './session.ts';

/** The state of the run that a text names, for commands that only read it. Throws UserError where nobody tells it. */
export async function resolveState(home: Home, text: string): Promise<RunState> {
  const session = await openSessionIfUp();
  try {
    return await stateOf(home, session, await resolveRun(home.runs, text, session));
  } finally {
    await session?.close();
  }
}

export async function stateOf(home: Home, session: Session | undefined, runId: string): Promise<RunState> {
  const { state } = await lookUp(home.runs, session, runId);
  if (state) return state;
  throw unknownState(runId);
}

export const unknownState = (runId: string): UserError =>
  new UserError(`${runId} has not ended, and Temporal does not answer, so its state is unknown`, {
    hint: 'start the local services with `npx temper up`',
    exitCode: 1,
  });
