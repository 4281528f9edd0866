import { createHash } from 'node:crypto';
import type { ScheduleEntry } from '../../../core/language/document.ts';
import { milliseconds } from '../../../core/run/duration.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { standardCatchup, type Timing } from '../../../core/schedule/cron.ts';
import { instantOf } from '../../../core/schedule/time-zone.ts';
import type { RunInput } from '../../../protocol/run-input.ts';

/** A schedule as a document wants it, or as Temporal has it; plain, so that the two can be compared. */
export interface Schedule {
  id: string;
  cron: string;
  timezone: string;
  overlap: ScheduleEntry['overlap'];
  /** Milliseconds, as all times here. */
  catchup: number;
  jitter: number;
  pauseOnFailure?: number;
  until?: string;
  /** Of the document's text. */
  digest: string;
  input: Omit<RunInput, 'runId'>;
}

/** What the entries of a document ask for. The first schedule is named like the pipeline, the others get numbers. */
export function wantedSchedules(
  plan: Plan,
  entries: readonly ScheduleEntry[],
  run: Pick<RunInput, 'queues' | 'heartbeat'>,
): Schedule[] {
  const digest = `sha256:${createHash('sha256').update(plan.document.text).digest('hex')}`;
  return entries.map((entry, index) => {
    const id = index === 0 ? plan.pipeline : `${plan.pipeline}-${index + 1}`;
    const limit = entry.pause_on_failure;
    return {
      id,
      cron: entry.cron.trim().split(/\s+/).join(' '),
      timezone: entry.timezone,
      overlap: entry.overlap,
      catchup: entry.catchup ? milliseconds(entry.catchup) : standardCatchup(entry.cron),
      jitter: entry.jitter ? milliseconds(entry.jitter) : 0,
      ...(limit ? { pauseOnFailure: limit } : {}),
      ...(entry.until ? { until: entry.until } : {}),
      digest,
      input: { ...run, plan, reuse: true, schedule: { id, ...(limit ? { pauseOnFailure: limit } : {}) } },
    };
  });
}

/** When it fires, for the calculations of `core/schedule/cron.ts`. */
export function timingOf({ cron, timezone, until }: Pick<Schedule, 'cron' | 'timezone' | 'until'>): Timing {
  return { cron, timezone, ...(until ? { end: endOf(until, timezone) } : {}) };
}

/** The last moment of a day. A midnight that the clocks skip is an hour later. */
export function endOf(day: string, timezone: string): number {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
  const at = instantOf(next, timezone) ?? instantOf(new Date(next.getTime() + 3_600_000), timezone);
  return at!.getTime() - 1_000;
}
