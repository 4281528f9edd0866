import { createHash } from 'node:crypto';
import type { ScheduleEntry } from '../../../core/language/document.ts';
import { milliseconds } from '../../../core/run/duration.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { standardCatchup, type Timing } from '../../../core/schedule/cron.ts';
import { instantOf } from '../../../core/schedule/time-zone.ts';
import type { RunInput } from '../../../protocol/run-input.ts';

/** A schedule, from a document or from Temporal, as plain data that can be compared. */
export interface Schedule {
  id: string;
  cron: string;
  timezone: string;
  overlap: ScheduleEntry['overlap'];
  /** Milliseconds, as is `jitter`. */
  catchup: number;
  jitter: number;
  pauseOnFailure?: number;
  until?: string;
  /** Digest of the document's text. */
  digest: string;
  input: Omit<RunInput, 'runId'>;
}

/** The schedules that a document describes. The first has the name of the pipeline, the others a number behind it. */
export function wantedSchedules(
  plan: Plan,
  entries: readonly ScheduleEntry[],
  run: Pick<RunInput, 'queues' | 'heartbeat' | 'searchable'>,
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

/** When a schedule fires, in the form that `core/schedule/cron.ts` takes. */
export function timingOf({ cron, timezone, until }: Pick<Schedule, 'cron' | 'timezone' | 'until'>): Timing {
  return { cron, timezone, ...(until ? { end: endOf(until, timezone) } : {}) };
}

/** The last second of a day. If the clocks skip midnight, the day ends an hour later. */
export function endOf(day: string, timezone: string): number {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
  const at = instantOf(next, timezone) ?? instantOf(new Date(next.getTime() + 3_600_000), timezone);
  return at!.getTime() - 1_000;
}
