import { join } from 'node:path';
import { type Client, defaultPayloadConverter, type WorkflowExecutionDescription } from '@temporalio/client';
import { type ErrorCode, errors } from '../../core/errors/catalogue.ts';
import type { Wait } from '../../core/reasons.ts';
import { workflowIdOf } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Queries } from '../../protocol/message-schemas.ts';
import { stateQuery } from '../../protocol/messages.ts';
import { type Progress, progressSchema } from '../../protocol/progress.ts';
import { type DeviceHolder, deviceHolders } from '../../services/machine/device-holders.ts';
import { type Home, queues } from '../../services/machine/home.ts';
import { workflowOf } from './session.ts';

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
}

/** Throws WorkflowNotFoundError for a run that Temporal does not know (any more). */
export async function snapshot(client: Client, home: Pick<Home, 'id' | 'root'>, runId: string): Promise<Snapshot> {
  const handle = workflowOf(client, runId);
  const description = await handle.describe();
  const activities = description.raw.pendingActivities ?? [];
  const { gpu } = queues(home);
  const waitForDevice = activities.some((each) => isUntaken(each) && queueOf(each) === gpu);
  const holders = waitForDevice ? await deviceHolders(join(home.root, 'devices')) : [];
  const pending = Object.fromEntries(
    // `STEP:reuse` is the look-up before a device step; it is shown as that step.
    activities.map((each) => [
      (each.activityId ?? '').replace(/:reuse$/, ''),
      seenOf(each, queueOf(each) === gpu ? holders.map((holder) => asSeenFrom(runId, holder)) : []),
    ]),
  );
  // The state comes from a worker; without one the rest is still worth showing. A query that was only left behind would be
  // made again by the library when the connection is closed, and end this process.
  const state = await client
    .withDeadline(Date.now() + 3_000, () => handle.query<Queries['state']>(stateQuery))
    .catch(() => undefined);
  const status = description.status.name;
  const closed = status !== 'RUNNING';
  const wasCutOff = closed && (state?.status === 'running' || state?.status === 'paused');
  return {
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

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

const queueOf = ({ activityOptions }: PendingActivity) => activityOptions?.taskQueue?.name;

/** No worker has taken it, and it is due. */
const isUntaken = ({ state, nextAttemptScheduleTime }: PendingActivity) =>
  state !== started && Number(nextAttemptScheduleTime?.seconds ?? 0) * 1000 <= Date.now();

const started = 2; // PENDING_ACTIVITY_STATE_STARTED

type Holder = Extract<Wait, { code: 'device' }>['facts']['holders'][number];

/** A run's own id would only make the line longer. */
const asSeenFrom = (runId: string, { run, ...holder }: DeviceHolder): Holder =>
  run === runId ? holder : { run, ...holder };

function seenOf(activity: PendingActivity, holders: readonly Holder[]): Pending {
  // A heartbeat of another version of temper may not be understood.
  const progress = progressSchema.safeParse(firstOf(activity.heartbeatDetails)).data;
  const next = activity.nextAttemptScheduleTime;
  const waitsFor = waitOf(activity, progress, holders);
  return {
    attempt: activity.attempt ?? 1,
    scheduled: activity.state !== started,
    ...(progress ? { progress } : {}),
    ...(activity.lastFailure?.message ? { lastFailure: activity.lastFailure.message } : {}),
    ...(waitsFor ? { waitsFor } : {}),
    ...(next?.seconds ? { nextAttemptAt: Number(next.seconds) * 1000 } : {}),
  };
}

function waitOf(
  activity: PendingActivity,
  progress: Progress | undefined,
  holders: readonly Holder[],
): Wait | undefined {
  if (activity.state === started) return progress?.phase.code === 'equal_step' ? progress.phase : undefined;
  const equalStep = equalStepOf(activity);
  if (equalStep) return { code: 'equal_step', facts: equalStep };
  if (!isUntaken(activity)) return undefined;
  const since = Number(activity.scheduledTime?.seconds ?? Date.now() / 1000) * 1000;
  if (holders.length === 0) return { code: 'worker', facts: { since } };
  return { code: 'device', facts: { since, holders: [...holders] } };
}

function equalStepOf({ lastFailure }: PendingActivity): { run: string; step: string } | undefined {
  const { type, details } = lastFailure?.applicationFailureInfo ?? {};
  const isEqualStep = type === ('EQUAL_STEP_RUNNING' satisfies ErrorCode);
  return isEqualStep
    ? (firstOf(details) as { waitsFor?: { run: string; step: string } } | undefined)?.waitsFor
    : undefined;
}

function firstOf(payloads: PendingActivity['heartbeatDetails']): unknown {
  const [payload] = payloads?.payloads ?? [];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

/** One that has not started yet, or has just closed, is told by its step alone. */
async function childrenOf(
  client: Client,
  home: Pick<Home, 'id' | 'root'>,
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
