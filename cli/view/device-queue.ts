import color from 'picocolors';
import { holderWords } from '../../core/words/waits.ts';
import type { DeviceHolder } from '../../services/machine/device-holders.ts';
import type { Snapshot } from '../../services/runs/snapshot.ts';
import { duration } from './text/duration.ts';

/** Who has the devices of a home, and who waits for one, in their order. Times are milliseconds since 1970. */
export interface DeviceQueue {
  holders: readonly DeviceHolder[];
  waiting: readonly { run: string; step: string; since: number }[];
}

/** `runs`: open runs with what Temporal knows of them; the pipelines within them wait as well. */
export function deviceQueue(
  runs: readonly { run: string; seen: Snapshot | undefined }[],
  holders: readonly DeviceHolder[],
): DeviceQueue {
  const waiting = runs.flatMap(({ run, seen }) => (seen ? waitingFor(run, seen) : []));
  return { holders, waiting: waiting.sort((a, b) => a.since - b.since) };
}

function waitingFor(run: string, { pending, children }: Snapshot): DeviceQueue['waiting'][number][] {
  const own = Object.entries(pending).flatMap(([step, { waitsFor }]) =>
    waitsFor?.code === 'device' ? [{ run, step, since: waitsFor.facts.since }] : [],
  );
  return [...own, ...Object.entries(children).flatMap(([id, child]) => waitingFor(`${run}.${id}`, child))];
}

/** Nothing where nobody waits: a step that has the device says so itself. */
export function deviceQueueLines({ holders, waiting }: DeviceQueue, now: number): string[] {
  if (waiting.length === 0) return [];
  return [
    '',
    color.bold('device'),
    ...holders.map(
      (holder) => `  ${holderWords(holder, now, duration)}${holders.length > 1 ? ` on ${holder.host}` : ''}`,
    ),
    ...waiting.map(({ run, step, since }, index) =>
      color.dim(`  ${index + 1}. ${run}/${step} has waited for ${duration(now - since)}`),
    ),
  ];
}
