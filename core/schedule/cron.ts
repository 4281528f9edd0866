import { Cron } from 'croner';
import { type CronField, type CronProblem, cronFields } from './cron-problem.ts';
import { meantCron } from './meant-cron.ts';
import { changesOfClocks, firingsAt, type WallTime, wallTime } from './time-zone.ts';

/** The part of an entry of `on.schedule` that decides when it fires. */
export interface Timing {
  cron: string;
  timezone: string;
  /** Milliseconds since 1970 after which it no longer fires. */
  end?: number;
}

const hour = 3_600_000;
const anything = ['*', '*', '*', '*', '*'];
/** Without a fixed offset the library looks the zone up at every step, which is ten times slower. */
const asUtc = { paused: true, utcOffset: 0 };
/** The library takes more than Temporal does: `L`, `W`, `#`, `?` and nicknames. */
const plain = /^[\dA-Za-z*/,-]+$/;
const letters = /[A-Za-z]+/g;
const names = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** Finds what is wrong with a cron text; undefined where it can be used. */
export function cronProblem(cron: string): CronProblem | undefined {
  const problem = problemOf(cron);
  if (!problem || problem.reason === 'cron-two-days' || problem.reason === 'cron-never') return problem;
  const meant = meantCron(cron);
  if (problemOf(meant.cron)) return problem;
  return { ...problem, facts: { ...problem.facts, meant } } as CronProblem;
}

function problemOf(cron: string): CronProblem | undefined {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== cronFields.length) return { reason: 'cron-field-count', facts: { count: parts.length } };
  for (const [index, field] of cronFields.entries()) {
    const problem = fieldProblem(parts[index]!, field);
    if (problem) return problem;
  }
  // Some programs fire when either fits, some when both do, and Temporal is of the second kind.
  if (parts[2] !== '*' && parts[4] !== '*') return { reason: 'cron-two-days', facts: {} };
  // The library would look through all years to come before it gave up.
  const lastDay = Math.max(...membersOf(parts[3]!, 12).map((month) => daysInMonth[month - 1]!));
  return Math.min(...membersOf(parts[2]!, 31)) > lastDay ? { reason: 'cron-never', facts: {} } : undefined;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** In a leap year. */
const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Lists the days of the month, or the months, of a valid field. */
function membersOf(field: string, max: number): number[] {
  const number = (text: string) => monthNames.indexOf(text.toLowerCase()) + 1 || Number(text);
  return field.split(',').flatMap((part) => {
    const [range, step = '1'] = part.split('/');
    const [first, last = first] = range === '*' ? ['1', `${max}`] : range!.split('-');
    const [from, to] = [number(first!), number(last!)];
    return Array.from(
      { length: Math.max(0, Math.floor((to - from) / Number(step)) + 1) },
      (_, i) => from + i * Number(step),
    );
  });
}

function fieldProblem(value: string, field: CronField): CronProblem | undefined {
  if (!plain.test(value) || (value.match(letters) ?? []).some((word) => !names.test(word)))
    return { reason: 'cron-characters', facts: { field, value } };
  try {
    new Cron(anything.with(cronFields.indexOf(field), value).join(' '), asUtc);
    return undefined;
  } catch (error) {
    const parser = (error as Error).message.replace(/^CronPattern: (?:Syntax error, )?/, '');
    return { reason: 'cron-field', facts: { field, value, parser } };
  }
}

/** Yields the times on a clock at which a cron text fires in any zone. */
function* walls(cron: string, after: WallTime): Generator<WallTime> {
  const pattern = new Cron(cron, asUtc);
  for (let next = pattern.nextRun(after); next; next = pattern.nextRun(next)) yield next;
}

function* take<T>(from: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  if (count > 0)
    for (const each of from) {
      yield each;
      if (++taken === count) return;
    }
}

/** Yields the instants at which a schedule fires, without jitter. Without `end` they never end. */
export function* firings(timing: Timing, after: Date): Generator<Date> {
  // A time that the clocks show twice can be both before the start and after it.
  const start = new Date(wallTime(after, timing.timezone).getTime() - 3 * hour);
  const again: Date[] = [];
  for (const wall of walls(timing.cron, start)) {
    const [first, second] = firingsAt(wall, timing.timezone);
    if (!first) continue;
    // In the hour that the clocks show twice, every time of the first pass comes before any of the second.
    const due = again.splice(0, again.findLastIndex((at) => at < first) + 1);
    for (const at of [...due, first]) {
      if (timing.end !== undefined && at.getTime() > timing.end) return;
      if (at > after) yield at;
    }
    if (second) again.push(second);
  }
}

export const nextFirings = (timing: Timing, after: Date, count: number): Date[] => [
  ...take(firings(timing, after), count),
];

/** Finds the milliseconds between the two firings that are closest to each other; undefined where there is only one. */
export function shortestInterval(cron: string): number | undefined {
  let [last, shortest]: [WallTime | undefined, number | undefined] = [undefined, undefined];
  // Two leap days are at most eight years apart. The library is slow to find them, so their number is bounded too.
  for (const wall of take(walls(cron, new Date(0)), 200)) {
    if (last) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, wall.getTime() - last.getTime());
    last = wall;
    if (wall.getTime() > 9 * 366 * 24 * hour) break;
  }
  return shortest;
}

/**
 * Computes the default of `catchup`, in milliseconds: one interval less an hour, so that one missed firing is made up for
 * and never two. For an interval below two hours it is half, so that a restart of the server does not lose an hourly run.
 */
export function standardCatchup(cron: string): number {
  const interval = shortestInterval(cron) ?? 24 * hour;
  return interval - Math.min(hour, interval / 2);
}

/** A change of the clocks that affects a schedule: the first time of the schedule in it, and what happens to that time. */
export interface ChangeOfClocks {
  wall: WallTime;
  what: 'skipped' | 'repeated';
}

/** Finds the first time of a cron text that each change of the clocks within a year skips or repeats. */
export function changesMet(timing: Timing, after: Date): ChangeOfClocks[] {
  return changesOfClocks(timing.timezone, after).flatMap(({ from, to, what }) => {
    const wall = new Cron(timing.cron, asUtc).nextRun(new Date(from.getTime() - 1_000));
    return wall && wall < to ? [{ wall, what }] : [];
  });
}
