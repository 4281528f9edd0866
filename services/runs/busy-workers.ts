import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { runIdOf } from '../../core/run/run-id.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { DeviceHolder } from '../machine/device-holders.ts';
import type { Home } from '../machine/home.ts';
import { markOf } from '../machine/process-mark.ts';
import { openWorkflows } from '../temporal/open-workflows.ts';
import { isStarted, type PendingActivity, queueOf, stepOf, timeOf } from './pending-activity.ts';

/** How long a worker of another host may send no heartbeat before it counts as gone. Milliseconds. */
const maxSilenceMs = 60_000;

/** The steps that workers carry out now, by queue. A worker whose slots are all taken asks for no work, and is known by them alone. */
export async function busyWorkers(
  client: Client,
  home: Pick<Home, 'id'>,
): Promise<(queue: string) => readonly DeviceHolder[]> {
  const ids = await openWorkflows(client, home, runPipelineType);
  const seen = await Promise.all(
    ids.map(async (id) => {
      const description = await client.workflow
        .getHandle(id)
        .describe()
        .catch(() => undefined);
      return (description?.raw.pendingActivities ?? []).map((activity) => ({ run: runIdOf(id), activity }));
    }),
  );
  const atWork = seen.flat().filter(({ activity }) => isAtWork(activity, Date.now()));
  return (queue) =>
    atWork.filter(({ activity }) => queueOf(activity) === queue).map(({ run, activity }) => holderOf(run, activity));
}

/** Temporal counts an activity as started until its heartbeat times out; a worker of this machine is known by its process. */
export function isAtWork(activity: PendingActivity, now: number): boolean {
  if (!isStarted(activity)) return false;
  const [pid, host] = processOf(activity);
  if (host === hostname()) return markOf(Number(pid)) !== undefined;
  return now - Math.max(timeOf(activity.lastHeartbeatTime), timeOf(activity.lastStartedTime)) < maxSilenceMs;
}

/** The name that Temporal's library gives a worker: `PID@HOST`. */
const processOf = ({ lastWorkerIdentity }: PendingActivity) => (lastWorkerIdentity ?? '').split('@');

const holderOf = (run: string, activity: PendingActivity): DeviceHolder => ({
  run,
  step: stepOf(activity),
  host: processOf(activity)[1] ?? '',
  since: timeOf(activity.lastStartedTime),
});
