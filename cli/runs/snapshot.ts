import { type Client, defaultPayloadConverter, type WorkflowExecutionDescription } from '@temporalio/client';
import { type ErrorCode, errors } from '../../core/errors/catalogue.ts';
import { workflowIdOf } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { type Queries, stateQuery } from '../../protocol/messages.ts';
import { type Progress, progressSchema } from '../../protocol/progress.ts';
import { workflowOf } from './session.ts';

/** What is known of a step that is not in its state: heartbeat, attempt, why it waits. */
export interface Pending {
  progress?: Progress;
  attempt: number;
  lastFailure?: string;
  /** An equal step of another run, which it waits for; it gives its slot back meanwhile, and is asked again. */
  equalStep?: { run: string; step: string };
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
export async function snapshot(client: Client, runId: string): Promise<Snapshot> {
  const handle = workflowOf(client, runId);
  const description = await handle.describe();
  const pending = Object.fromEntries(
    // The question whether a step is done already, on its way to the device, is a part of the step.
    (description.raw.pendingActivities ?? []).map((each) => [
      (each.activityId ?? '').replace(/:reuse$/, ''),
      seenOf(each),
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
    children: closed ? {} : await childrenOf(client, state),
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

function seenOf(activity: PendingActivity): Pending {
  // A heartbeat of another version of temper may not be understood.
  const progress = progressSchema.safeParse(firstOf(activity.heartbeatDetails)).data;
  const next = activity.nextAttemptScheduleTime;
  const scheduled = activity.state !== 2; // PENDING_ACTIVITY_STATE_STARTED
  const equalStep = scheduled ? equalStepOf(activity) : progress?.phase.code === 'equal_step' && progress.phase.facts;
  return {
    attempt: activity.attempt ?? 1,
    scheduled,
    ...(progress ? { progress } : {}),
    ...(activity.lastFailure?.message ? { lastFailure: activity.lastFailure.message } : {}),
    ...(equalStep ? { equalStep } : {}),
    ...(next?.seconds ? { nextAttemptAt: Number(next.seconds) * 1000 } : {}),
  };
}

function equalStepOf({ lastFailure }: PendingActivity): Pending['equalStep'] {
  const { type, details } = lastFailure?.applicationFailureInfo ?? {};
  const isEqualStep = type === ('EQUAL_STEP_RUNNING' satisfies ErrorCode);
  return isEqualStep ? (firstOf(details) as { waitsFor?: Pending['equalStep'] } | undefined)?.waitsFor : undefined;
}

function firstOf(payloads: PendingActivity['heartbeatDetails']): unknown {
  const [payload] = payloads?.payloads ?? [];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

/** One that has not started yet, or has just closed, is told by its step alone. */
async function childrenOf(client: Client, state: RunState | undefined): Promise<Record<string, Snapshot>> {
  const running = Object.entries(state?.steps ?? {}).flatMap(([id, step]) =>
    step.state === 'running' && step.run !== undefined ? [[id, step.run] as const] : [],
  );
  const seen = await Promise.all(
    running.map(async ([id, run]) => [id, await snapshot(client, run).catch(() => undefined)] as const),
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
