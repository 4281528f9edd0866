/** How long a worker may stay silent in pin, reuse, publishCheckpoint and record before the attempt counts as lost. */
export const lightHeartbeatTimeout = '30s';

/** One attempt may take weeks; what bounds it is the heartbeat. */
export const attemptTimeout = '60d';
