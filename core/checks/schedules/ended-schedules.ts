import { nextFirings } from '../../schedule/cron.ts';
import type { Finding, FindingProblem } from '../finding.ts';
import type { Known } from '../known.ts';
import { schedulesOf } from './schedules-of.ts';

const day = 24 * 3_600_000;

/** Finds entries of `on.schedule` that fire no more, and those that say what an earlier one says. */
export function findIdleSchedules(known: Known): Finding[] {
  const entries = schedulesOf(known);
  return entries.flatMap((entry, index): Finding[] => {
    const { cron, timezone, until } = entry;
    const place = (key: string) => ({ within: [], path: ['on', 'schedule', index, key] });
    const warn = (problem: FindingProblem, key: string): Finding => ({
      ...problem,
      place: place(key),
      level: 'warning',
    });
    const twin = entries.slice(0, index).findIndex((each) => each.cron === cron && each.timezone === timezone);
    if (twin >= 0)
      return [warn({ code: 'BAD_VALUE', reason: 'repeated-schedule', facts: { number: twin + 1 } }, 'cron')];
    if (until === undefined) return [];
    // A day of a zone ends at most 14 hours before, or 12 hours after, that of UTC; the later end keeps alarms true.
    const end = Date.parse(`${until}T00:00:00Z`) + day + day / 2;
    if (end < known.now) return [warn({ code: 'BAD_VALUE', reason: 'ended-schedule', facts: { until } }, 'until')];
    if (nextFirings({ cron, timezone, end }, new Date(known.now), 1).length > 0) return [];
    return [warn({ code: 'BAD_VALUE', reason: 'never-before-end', facts: { cron, until } }, 'until')];
  });
}
