import { ActivityCancellationType } from '@temporalio/workflow';

/**
 * The default of the library is to report a cancelled activity at once, whatever its documentation says: the run would
 * close, and could be resumed, while its trainer still saves.
 */
export const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;
