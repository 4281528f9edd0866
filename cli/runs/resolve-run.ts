import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { nearest } from '../../core/language/spelling/suggest.ts';
import { rootRunId, runIdOf } from '../../core/run/run-id.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import { openHome } from '../../services/machine/home.ts';
import { openWorkflows } from '../../services/temporal/open-workflows.ts';
import { UserError } from '../user-error.ts';
import { inOrder, knownRuns } from './known-runs.ts';
import { openSession, openSessionIfUp, type Session } from './session.ts';

type Asked = Pick<Session, 'client' | 'home'>;

/**
 * The runs of a home, newest first: those that have a folder, and the open ones that Temporal has. A run that a schedule
 * started has no folder before a worker takes it.
 */
export async function allRuns(folder: string, session: Asked | undefined): Promise<string[]> {
  const open = session ? await openWorkflows(session.client, session.home, runPipelineType).catch(() => []) : [];
  return inOrder([...new Set([...(await knownRuns(folder)), ...open.map(runIdOf)])]);
}

/**
 * Turns `@latest`, an id or the start of just one id into a run id. `RUN.STEP` is a pipeline that runs as a step. With a
 * session it also knows the runs that have no folder yet, since no worker has taken them.
 */
export async function resolveRun(folder: string, given: string, session?: Asked): Promise<string> {
  const [, root, rest] = /^([^./]+)(\.[^/]+)$/.exec(given) ?? [];
  if (root !== undefined) return await resolveChild(folder, await resolveRun(folder, root, session), rest!);
  // Temporal's web UI shows the id that the schedule gave.
  const text = runIdOf(given);
  const runs = await allRuns(folder, session);
  if (runs.length === 0)
    throw new UserError(`there are no runs yet in the home ${dirname(folder)}`, {
      hint: 'start one with `npx temper run FILE`, or a first one with `npx temper quickstart`',
    });
  if (text === '@latest') return runs[0]!;
  if (runs.includes(text)) return text;
  const fitting = runs.filter((run) => run.startsWith(text));
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length > 1)
    throw new UserError(`"${text}" is the start of ${fitting.length} run ids`, {
      hint: `the newest of them: ${fitting.slice(0, 5).join(', ')}`,
    });
  const small = text.toLowerCase();
  const near = text.startsWith('@') ? '@latest' : (runs.find((run) => run.startsWith(small)) ?? nearest(text, runs));
  throw new UserError(`there is no run "${text}" in the home ${dirname(folder)}`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}\`npx temper ps\` lists the runs`,
  });
}

async function resolveChild(folder: string, root: string, rest: string): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[]);
  if (names.includes(root + rest)) return root + rest;
  const known = names.filter((name) => name !== root && rootRunId(name) === root);
  throw new UserError(`${root} has no step "${rest.slice(1)}" that runs a pipeline`, {
    hint: suggestionFor(root + rest, known, 'pipelines that ran as steps', 'no such step has started yet'),
  });
}

/** Opens a session and finds a run in it. If Temporal does not answer, a name that means no run is told rather than that. */
export async function openSessionOf(given: string): Promise<{ session: Session; runId: string }> {
  const session = await openSession({ start: false }).catch(async (error: unknown) => {
    await resolveRun(openHome().runs, given);
    throw error;
  });
  try {
    return { session, runId: await resolveRun(session.home.runs, given, session) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** The same for a command that needs Temporal for the name alone, and does without where it does not answer. */
export async function resolveQuietly(given: string): Promise<string> {
  const session = await openSessionIfUp();
  try {
    return await resolveRun(openHome().runs, given, session);
  } finally {
    await session?.close();
  }
}
