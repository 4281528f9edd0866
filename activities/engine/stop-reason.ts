import type { ActivityCancellationDetails } from '@temporalio/common';
import type { StopReason } from '../../core/run/attempts.ts';

/** Why Temporal asked an activity to stop. A pause by temper arrives as a cancellation, like a cancelled run. */
export function stopReason(details: ActivityCancellationDetails | undefined): StopReason {
  if (details?.workerShutdown) return 'shutdown';
  if (details?.paused) return 'pause';
  if (details?.notFound || details?.timedOut || details?.reset) return 'left';
  return 'cancel';
}
