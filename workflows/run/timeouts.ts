import type { ActivityKind } from '../../core/kinds/registry.ts';

/** How long a worker may stay silent before its attempt counts as lost. Every step beats on a timer of seconds. */
export const heartbeatTimeout = {
  prepare: '30s',
  train: '30s',
  checkpoint: '30s',
  merge: '30s',
  quantize: '30s',
  import: '30s',
  evaluate: '30s',
  promote: '30s',
  run: '30s',
} as const satisfies Record<ActivityKind, string>;

/** The same for pin, reuse, publishCheckpoint and record. */
export const lightHeartbeatTimeout = '30s';

/** One attempt may take weeks; what bounds it is the heartbeat. */
export const attemptTimeout = '60d';

/** Kinds that save when they are told to stop and go on from there: a pause stops them. The others end what they began. */
export const keepsProgress: Readonly<Partial<Record<ActivityKind, true>>> = { train: true };
