import { looksLikeHandle } from '../json.ts';
import type { RunState } from '../run/run-state.ts';
import type { Curves } from './curves.ts';
import type { Timeline } from './timeline.ts';

/** What a run has used. Times are in milliseconds, sizes in bytes. */
export interface Cost {
  wallMs: number;
  /** Work of all attempts of the steps that take a device, also of those that came to nothing. */
  deviceMs: number;
  /** The part of it that failed or was lost. */
  wastedMs: number;
  attempts: number;
  trainedTokens?: number;
  stepsTrainedAgain: number;
  peakMemoryBytes?: number;
  artifactBytes: number;
}

interface Known {
  /** Ids of the steps that take a device, and of those that learn rows. */
  onDevice: ReadonlySet<string>;
  learning: ReadonlySet<string>;
  curves: readonly Curves[];
}

export function costOf(state: RunState, timeline: Timeline, { onDevice, learning, curves }: Known): Cost {
  const work = timeline.steps.flatMap(({ id, work: own }) => own.map((each) => ({ id, ...each })));
  const device = work.filter(({ id }) => onDevice.has(id));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const took = (each: { from: number; to: number }) => Math.max(0, each.to - each.from);
  const made = Object.entries(state.steps).filter(([, step]) => step.state === 'succeeded');
  const tokens = made.flatMap(([id, { outputs }]) =>
    learning.has(id) && typeof outputs?.tokens === 'number' ? [outputs.tokens] : [],
  );
  const handles = made.flatMap(([, { outputs }]) => Object.values(outputs ?? {}).filter(looksLikeHandle));
  const memory = curves.flatMap(({ memoryBytes }) => memoryBytes.flat().map(([, bytes]) => bytes));
  return {
    wallMs: timeline.to - timeline.from,
    deviceMs: sum(device.map(took)),
    wastedMs: sum(device.filter(({ how }) => how === 'failed' || how === 'lost').map(took)),
    attempts: work.length,
    ...(tokens.length > 0 ? { trainedTokens: sum(tokens) } : {}),
    stepsTrainedAgain: sum(work.map(({ lost }) => lost)),
    ...(memory.length > 0 ? { peakMemoryBytes: memory.reduce((a, b) => Math.max(a, b)) } : {}),
    artifactBytes: sum([...new Map(handles.map(({ digest, size }) => [digest, size])).values()]),
  };
}
