import { join } from 'node:path';
import { type Client, defaultPayloadConverter } from '@temporalio/client';
import { type ErrorCode, isErrorCode, patience } from '../../core/errors/catalogue.ts';
import type { Wait } from '../../core/reasons.ts';
import { type Progress, progressSchema } from '../../protocol/progress.ts';
import { codeVersion } from '../machine/code-version.ts';
import { type DeviceHolder, deviceHolders } from '../machine/device-holders.ts';
import { type Home, queues } from '../machine/home.ts';
import { stackState } from '../stack/state.ts';
import { isPolled } from '../temporal/pollers.ts';
import { busyWorkers } from './busy-workers.ts';
import { isStarted, type PendingActivity, queueOf, timeOf } from './pending-activity.ts';

type Holder = Extract<Wait, { code: 'device' }>['facts']['holders'][number];

/** What must be asked elsewhere to say why activities wait. */
interface Surroundings {
  gpu: string;
  holders: readonly Holder[];
  /** What the workers of a queue are at. */
  busyWith: (queue: string) => readonly Holder[];
  /** Queues that nobody polls and no worker is busy with. */
  deserted: ReadonlySet<string>;
  isEarlierCode: boolean;
}

/** No worker has taken it, and it is due. */
const isUntaken = (activity: PendingActivity) =>
  !isStarted(activity) && timeOf(activity.nextAttemptScheduleTime) <= Date.now();

/** A heartbeat of another version of temper may not be understood. */
export const progressOf = ({ heartbeatDetails }: PendingActivity): Progress | undefined =>
  progressSchema.safeParse(firstOf(heartbeatDetails)).data;

export async function surroundingsOf(
  client: Client,
  home: Pick<Home, 'id' | 'root' | 'stateFile'>,
  runId: string,
  activities: readonly PendingActivity[],
): Promise<Surroundings> {
  const { gpu } = queues(home);
  const waiting = [...new Set(activities.filter(isUntaken).map(queueOf))];
  const [polled, noted] = await Promise.all([
    Promise.all(waiting.map((queue) => isPolled(client, queue, 'activity'))),
    waiting.includes(gpu) ? deviceHolders(join(home.root, 'devices')) : [],
  ]);
  const seen = (all: readonly DeviceHolder[]) => all.map((holder) => asSeenFrom(runId, holder));
  const holders = seen(noted);
  // The notes say who has a device, so only the rest is worth a question about every open run.
  const isExplained = (queue: string) => queue === gpu && holders.length > 0;
  const unexplained = waiting.filter((queue) => !isExplained(queue));
  const atWork = unexplained.length > 0 ? await busyWorkers(client, home).catch(() => nobody) : nobody;
  const deserted = new Set(
    unexplained.filter((queue) => !polled[waiting.indexOf(queue)] && atWork(queue).length === 0),
  );
  const isEarlierCode = deserted.size > 0 && (await hasEarlierCode(home));
  return { gpu, deserted, isEarlierCode, holders, busyWith: (queue) => seen(atWork(queue)) };
}

const nobody = (): readonly DeviceHolder[] => [];

/** Whether the running services were started by another state of temper's code than this one. */
export async function hasEarlierCode(home: Pick<Home, 'stateFile'>): Promise<boolean> {
  const state = await stackState(home).catch(() => undefined);
  return state !== undefined && state.codeVersion !== codeVersion();
}

/** A run's own id would only make the line longer. */
const asSeenFrom = (runId: string, { run, ...holder }: DeviceHolder): Holder =>
  run === runId ? holder : { run, ...holder };

/** What keeps an activity from beginning, or from going on. */
export function waitOf(
  activity: PendingActivity,
  { gpu, holders, busyWith, deserted, isEarlierCode }: Surroundings,
): Wait | undefined {
  if (isStarted(activity)) return waitWithin(activity);
  const equalStep = equalStepOf(activity);
  if (equalStep) return { code: 'equal_step', facts: equalStep };
  const since = timeOf(activity.scheduledTime) || Date.now();
  const due = Math.max(since, timeOf(activity.nextAttemptScheduleTime));
  const queue = queueOf(activity);
  if (isUntaken(activity) && deserted.has(queue))
    return { code: 'no_worker', facts: { since: due, role: 'gpu', ...(isEarlierCode ? { earlier: true } : {}) } };
  const trying = tryingOf(activity, since);
  if (trying) return trying;
  if (!isUntaken(activity)) return undefined;
  if (queue !== gpu || holders.length === 0) {
    const busy = busyWith(queue);
    return { code: 'worker', facts: { since: due, ...(busy.length > 0 ? { holders: [...busy] } : {}) } };
  }
  return { code: 'device', facts: { since, holders: [...holders] } };
}

/** What a step that has begun waits for. */
function waitWithin(activity: PendingActivity): Wait | undefined {
  const phase = progressOf(activity)?.phase;
  if (phase?.code === 'equal_step') return phase;
  if (phase?.code !== 'device_lock') return undefined;
  return { code: 'device_lock', facts: { since: timeOf(activity.lastStartedTime) || Date.now(), ...phase.facts } };
}

/** Other failures end soon by themselves: `max_attempts` counts them. */
function tryingOf({ lastFailure, attempt, nextAttemptScheduleTime }: PendingActivity, since: number): Wait | undefined {
  const error = lastFailure?.applicationFailureInfo?.type ?? '';
  if (!isErrorCode(error) || patience[error] === undefined) return undefined;
  const next = timeOf(nextAttemptScheduleTime);
  const facts = { since, error, message: lastFailure?.message ?? '', attempts: (attempt ?? 2) - 1 };
  return { code: 'trying', facts: { ...facts, ...(next ? { next } : {}) } };
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
