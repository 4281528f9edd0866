import { proxyActivities } from '@temporalio/workflow';
import type { Activities, SavedCheckpoint } from '../../protocol/activities.ts';
import type { Run } from '../run/run-parts.ts';
import { lightHeartbeatTimeout } from '../run/timeouts.ts';

/** Runs on the queue of the host that holds the files, never in the device slot that the training occupies. */
export async function publish(run: Run, saved: SavedCheckpoint): Promise<void> {
  const host = proxyActivities<Activities>({
    taskQueue: saved.queue,
    startToCloseTimeout: '1h',
    heartbeatTimeout: run.input.heartbeat ?? lightHeartbeatTimeout,
    scheduleToCloseTimeout: '2h',
    retry: { initialInterval: '5s', maximumAttempts: 5 },
    activityId: `${saved.step}:checkpoint-${saved.checkpoint}`,
    summary: `keeps checkpoint ${saved.checkpoint} of ${saved.step}`,
  });
  try {
    await run.history.count(() => host.publishCheckpoint(saved));
  } catch {
    // The training holds newer checkpoints on its own disk; a copy that could not be made costs nothing now.
  }
}
