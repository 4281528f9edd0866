import type { WorkflowExecutionDescription } from '@temporalio/client';

export type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

const started = 2; // PENDING_ACTIVITY_STATE_STARTED

export const isStarted = ({ state }: PendingActivity): boolean => state === started;

export const queueOf = ({ activityOptions }: PendingActivity): string => activityOptions?.taskQueue?.name ?? '';

/** Milliseconds since 1970, to the second; 0 where Temporal has none. */
export const timeOf = (time: PendingActivity['scheduledTime']): number => Number(time?.seconds ?? 0) * 1000;

/** `STEP:reuse` is the look-up before a device step; it is shown as that step. */
export const stepOf = ({ activityId }: PendingActivity): string => (activityId ?? '').replace(/:reuse$/, '');
