import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { errors } from '../../core/errors/catalogue.ts';
import type { Wait } from '../../core/reasons.ts';
import { workflowIdOf } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { needsAttention } from '../../core/words/waits.ts';
import type { Queries } from '../../protocol/message-schemas.ts';
import { stateQuery } from '../../protocol/messages.ts';
import type { Progress } from '../../protocol/progress.ts';
import { type Home, queues } from '../machine/home.ts';
import { isPolled } from '../temporal/pollers.ts';
import { hasEarlierCode, progressOf, surroundingsOf, waitOf } from './activity-waits.ts';
import { isStarted, type PendingActivity, stepOf } from './pending-activity.ts';

/** What is known of a step that is not in its state: heartbeat, attempt, why it waits. */
export interface Pending {
  progress?: Progress;
  attempt: number;
  lastFailure?: string;
  /** What keeps it from beginning, or from going on. */
  waitsFor?: Wait;
  /** No worker has taken it yet. */
  scheduled: boolean;
  nextAttemptAt?: number;
}

/** How a run stands: the workflow's own state, and what Temporal knows of activities under way. */
export interface Snapshot {
  state: RunState | undefined;
  pending: Readonly<Record<string, Pending>>;
  closed: boolean;
  status: string;
  /** Of the pipelines that run as steps at this moment, by step. */
  children: Readonly<Record<string, Snapshot>>;
  /** What keeps the run itself from going on. */
  wait?: Wait;
}

/** Throws WorkflowNotFoundError for a run that Temporal does not know (any more). */
export async function snapshot(
  client: Client,
  home: Pick<Home, 'id' | 'root' | 'stateFile'>,
  runId: string,
): Promise<Snapshot> {
  const handle: WorkflowHandle = client.workflow.getHandle(workflowIdOf(runId));
  const description = await handle.describe();
  const activities = description.raw.pendingActivities ?? [];
  const surroundings = await surroundingsOf(client, home, runId, activities);
  const pending = Object.fromEntries(
    activities.map((each) => [stepOf(each), seenOf(each, waitOf(each, surroundings))]),
  );
  // The state comes from a worker; without one the rest is still worth showing. A query that was only left behind would be
  // made again by the library when the connection is closed, and end this process.
  const state = await client
    .withDeadline(Date.now() + 3_000, () => handle.query<Queries['state']>(stateQuery))
    .catch(() => undefined);
  const status = description.status.name;
  const closed = status !== 'RUNNING';
  const wasCutOff = closed && (state?.status === 'running' || state?.status === 'paused');
  const wait = closed ? undefined : await waitOfRun(client, home, description, state !== undefined);
  return {
    ...(wait ? { wait } : {}),
    children: closed ? {} : await childrenOf(client, home, state),
    state: wasCutOff
      ? closedFromOutside(
          state,
          status,
          description.closeTime,
          await lastWords(client, workflowIdOf(runId), description.runId),
        )
      : state,
    pending,
    closed,
    status,
  };
}

function seenOf(activity: PendingActivity, waitsFor: Wait | undefined): Pending {
  const progress = progressOf(activity);
  const next = activity.nextAttemptScheduleTime;
  return {
    attempt: activity.attempt ?? 1,
    scheduled: !isStarted(activity),
    ...(progress ? { progress } : {}),
    ...(activity.lastFailure?.message ? { lastFailure: activity.lastFailure.message } : {}),
    ...(waitsFor ? { waitsFor } : {}),
    ...(next?.seconds ? { nextAttemptAt: Number(next.seconds) * 1000 } : {}),
  };
}

/** A worker fails a run that it cannot replay, and takes it again; the first attempts may meet a restart. */
const maxRunAttempts = 3;

/** What keeps the run itself from going on: it needs an orchestrator worker, as each of its answers does. */
async function waitOfRun(
  client: Client,
  home: Pick<Home, 'id' | 'stateFile'>,
  { raw, startTime }: WorkflowExecutionDescription,
  isAnswered: boolean,
): Promise<Wait | undefined> {
  const task = raw.pendingWorkflowTask;
  const since = Number(task?.originalScheduledTime?.seconds ?? task?.scheduledTime?.seconds ?? 0) * 1000;
  if (task && (task.attempt ?? 1) > maxRunAttempts)
    return { code: 'run_stuck', facts: { since, attempts: task.attempt! } };
  if (isAnswered || (await isPolled(client, queues(home).orchestrator, 'workflow'))) return undefined;
  const earlier = (await hasEarlierCode(home)) ? { earlier: true } : {};
  return { code: 'no_worker', facts: { since: since || startTime.getTime(), role: 'orchestrator', ...earlier } };
}

/** A wait that does not end by itself, of a step or of the run as a whole. */
export interface RunWait {
  /** As `--step` names it; `pin` before the first step. */
  step?: string;
  wait: Wait;
}

/** What somebody must see to before a run, or a pipeline within it, goes on. */
export function waitsNeedingAttention({ wait, pending, children, closed }: Snapshot): RunWait[] {
  // Temporal still lists what a run that was terminated had waited for.
  if (closed) return [];
  const own = Object.entries(pending).flatMap(([step, { waitsFor }]) => (waitsFor ? [{ step, wait: waitsFor }] : []));
  const inner = Object.entries(children).flatMap(([id, child]) =>
    waitsNeedingAttention(child).map((each) => ({
      ...each,
      step: each.step === undefined ? id : `${id}.${each.step}`,
    })),
  );
  return [...(wait ? [{ wait }] : []), ...own.filter((each) => needsAttention(each.wait)), ...inner];
}

/** One that has not started yet, or has just closed, is told by its step alone. */
async function childrenOf(
  client: Client,
  home: Pick<Home, 'id' | 'root' | 'stateFile'>,
  state: RunState | undefined,
): Promise<Record<string, Snapshot>> {
  const running = Object.entries(state?.steps ?? {}).flatMap(([id, step]) =>
    step.state === 'running' && step.run !== undefined ? [[id, step.run] as const] : [],
  );
  const seen = await Promise.all(
    running.map(async ([id, run]) => [id, await snapshot(client, home, run).catch(() => undefined)] as const),
  );
  return Object.fromEntries(seen.flatMap(([id, each]) => (each && !each.closed ? [[id, each]] : [])));
}

/** A run that was ended by Temporal's own means never said how it ended, so it is said for it. */
function closedFromOutside(state: RunState, status: string, at: Date | undefined, reason: string): RunState {
  const steps = Object.entries(state.steps).map(([id, { waitsFor: _, ...step }]) => [
    id,
    step.state === 'running' || step.state === 'waiting' ? { ...step, state: 'cancelled' as const } : step,
  ]);
  const how = status.toLowerCase().replace('_', ' ');
  return {
    ...state,
    steps: Object.fromEntries(steps),
    status: 'terminated',
    ...(at ? { endedAt: at.getTime() } : {}),
    failure: {
      code: 'TERMINATED',
      message: `the run was ${how} from outside, by Temporal’s own means${reason ? ` (${reason})` : ''}; a training that ran has saved a checkpoint and ended`,
      remedy: `${errors.TERMINATED.remedy} \`npx temper resume ${state.runId}\`.`,
    },
  };
}

/** The reason that somebody gave with `terminate`. */
async function lastWords(client: Client, workflowId: string, runId: string): Promise<string> {
  const { namespace } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  return history?.events?.[0]?.workflowExecutionTerminatedEventAttributes?.reason ?? '';
}
