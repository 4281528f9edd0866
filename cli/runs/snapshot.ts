import { type Client, defaultPayloadConverter } from '@temporalio/client';
import { errors } from '../../core/errors/catalogue.ts';
import { workflowIdOf } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { type Queries, stateQuery } from '../../protocol/messages.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { Pending } from '../view/render.ts';
import { workflowOf } from './session.ts';

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
    (description.raw.pendingActivities ?? []).map((activity) => {
      const [details] = activity.heartbeatDetails?.payloads ?? [];
      const progress = details ? (defaultPayloadConverter.fromPayload(details) as Progress | undefined) : undefined;
      const next = activity.nextAttemptScheduleTime;
      const seen: Pending = {
        attempt: activity.attempt ?? 1,
        scheduled: activity.state !== 2, // PENDING_ACTIVITY_STATE_STARTED
        ...(progress ? { progress } : {}),
        ...(activity.lastFailure?.message ? { lastFailure: activity.lastFailure.message } : {}),
        ...(next?.seconds ? { nextAttemptAt: Number(next.seconds) * 1000 } : {}),
      };
      // The question whether a step is done already, on its way to the device, is a part of the step.
      return [(activity.activityId ?? '').replace(/:reuse$/, ''), seen];
    }),
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
