import { Cron } from 'croner';
import { changesOfOffset, firingsAt, instantOf, type WallTime, wallTime } from './time-zone.ts';

/** What of an entry of `on.schedule` decides when it fires. */
export interface Timing {
  cron: string;
  timezone: string;
  /** Milliseconds since 1970 after which it no longer fires. */
  end?: number;
}

const dayMs = 86_400_000;
const fields = ['minute', 'hour', 'day of month', 'month', 'day of week'] as const;
const anything = ['*', '*', '*', '*', '*'];
/** The library takes more than Temporal does: `L`, `W`, `#`, `?` and nicknames. */
const plain = /^[\dA-Za-z*/,-]+$/;
const letters = /[A-Za-z]+/g;
const names = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** What is wrong with a cron text, in words that follow its name; undefined where it is in order. */
export function cronProblem(cron: string): string | undefined {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== fields.length)
    return `must have five fields (minute, hour, day of month, month, day of week), as in "0 2 * * *"; it has ${parts.length}`;
  for (const [index, part] of parts.entries()) {
    const wrong = fieldProblem(part, index);
    if (wrong) return `has the ${fields[index]} "${part}", ${wrong}`;
  }
  // Some programs fire when either fits, some when both do, and Temporal is of the second kind.
  if (parts[2] !== '*' && parts[4] !== '*')
    return 'names days of the month and of the week, which cron programs read in two ways; write one of them as `*`, or two entries';
  if (firstWalls(cron, new Date(0), 1).length === 0) return 'names a day that no month has';
  return undefined;
}

function fieldProblem(part: string, index: number): string | undefined {
  if (!plain.test(part) || (part.match(letters) ?? []).some((word) => !names.test(word)))
    return 'but a field holds numbers, names of days or months, `*`, `,`, `-` and `/`';
  try {
    new Cron(anything.with(index, part).join(' '), { paused: true, timezone: 'UTC' });
    return undefined;
  } catch (error) {
    return `which cannot be: ${(error as Error).message.replace(/^CronPattern: (?:Syntax error, )?/, '')}`;
  }
}

/** Times on the clock, from one on, at which a cron text fires wherever it is. */
function* walls(cron: string, after: WallTime): Generator<WallTime> {
  const pattern = new Cron(cron, { paused: true, timezone: 'UTC' });
  for (let next = pattern.nextRun(after); next; next = pattern.nextRun(next)) yield next;
}

const firstWalls = (cron: string, after: WallTime, count: number): WallTime[] => [...take(walls(cron, after), count)];

function* take<T>(from: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  if (count > 0)
    for (const each of from) {
      yield each;
      if (++taken === count) return;
    }
}

/** The instants after one at which it fires, without jitter. Without `end` it has no end. */
export function* firings(timing: Timing, after: Date): Generator<Date> {
  // A time that the clocks show twice may lie before the start and after it.
  const start = new Date(wallTime(after, timing.timezone).getTime() - 3 * 3_600_000);
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

/** For each change to summer time within a year, the first time on the clock that it skips and so does not fire. */
export function skippedTimes(timing: Timing, after: Date): WallTime[] {
  return changesOfOffset(timing.timezone, after).flatMap((day) => {
    for (const wall of walls(timing.cron, wallTime(day, timing.timezone))) {
      if (wall.getTime() - day.getTime() > 2 * dayMs) break;
      if (instantOf(wall, timing.timezone) === undefined) return [wall];
    }
    return [];
  });
}

/** Milliseconds between the two firings that lie closest together; undefined where there is but one. */
export function shortestInterval(cron: string): number | undefined {
  let [last, shortest]: [WallTime | undefined, number | undefined] = [undefined, undefined];
  // Two leap days lie at most eight years apart. The library takes its time for each, so their number is bounded too.
  for (const wall of take(walls(cron, new Date(0)), 200)) {
    if (last) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, wall.getTime() - last.getTime());
    last = wall;
    if (wall.getTime() > 9 * 366 * dayMs) break;
  }
  return shortest;
}

const hour = 3_600_000;

/** How late a firing is made up for, unless the document says: an interval less an hour, so that one is, and never two. */
export const standardCatchup = (cron: string): number => Math.max((shortestInterval(cron) ?? 24 * hour) - hour, 60_000);
