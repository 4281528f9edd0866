import type { RunState } from '../../../core/run/run-state.ts';
import type { DeviceHolder } from '../../../services/machine/device-holders.ts';
import type { Snapshot } from '../../../services/runs/snapshot.ts';
import { duration } from '../text/duration.ts';

/** Shows how a run stands, look after look. Times are milliseconds, moments since 1970. */
export interface View {
  /** `seen`: undefined where Temporal gave no answer this time. */
  show(seen: Snapshot | undefined, now: number, holders: readonly DeviceHolder[]): void;
  /** Temporal has not answered for so long. */
  silent(ms: number): void;
  /** Temporal answers again. */
  answered(): void;
  /** The last state of the run, which may come from its record. */
  end(state: RunState): void;
  close(): void;
}

export const silenceLine = (ms: number): string =>
  `Temporal has not answered for ${duration(ms)}; the run goes on when it is back (\`npx temper status\` tells how it is)`;

export const pausedLine = (runId: string): string => `paused; go on with \`npx temper resume ${runId}\``;
