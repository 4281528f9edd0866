import { reversedOffset } from '../../schedule/zone-problem.ts';
import type { Finding } from '../finding.ts';
import type { Known } from '../known.ts';
import { schedulesOf } from './schedules-of.ts';

/** Finds time zones such as `Etc/GMT-8`, which is east of Greenwich and seldom meant so. */
export function findReversedZones(known: Known): Finding[] {
  return schedulesOf(known).flatMap(({ timezone }, index): Finding[] => {
    const hours = reversedOffset(timezone);
    if (hours === undefined) return [];
    const place = { within: [], path: ['on', 'schedule', index, 'timezone'] };
    const facts = { zone: timezone, hours };
    return [{ code: 'BAD_VALUE', reason: 'reversed-time-zone', facts, place, level: 'warning' }];
  });
}
