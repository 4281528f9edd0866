import { Cron } from 'croner';
import { changesOfClocks, firingsAt, type WallTime, wallTime } from './time-zone.ts';

/** What of an entry of `on.schedule` decides when it fires. */
export interface Timing {
  cron: string;
  timezone: string;
  /** Milliseconds since 1970 after which it no longer fires. */
  end?: number;
}

const hour = 3_600_000;
const fields = ['minute', 'hour', 'day of month', 'month', 'day of week'] as const;
const anything = ['*', '*', '*', '*', '*'];
/** Without a zone of its own the library would ask for one at every step, which is ten times slower. */
const asUtc = { paused: true, utcOffset: 0 };
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
  // The library would look through all years to come before it gave up.
  if (Math.min(...membersOf(parts[2]!, 31)) > Math.max(...membersOf(parts[3]!, 12).map((month) => longest[month - 1]!)))
    return 'names a day that none of its months has, so it would never fire';
  return undefined;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Days of the months, in a leap year. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The days of the month, or the months, of a field that is in order. */
function membersOf(field: string, most: number): number[] {
  const number = (text: string) => monthNames.indexOf(text.toLowerCase()) + 1 || Number(text);
  return field.split(',').flatMap((part) => {
    const [range, step = '1'] = part.split('/');
    const [first, last = first] = range === '*' ? ['1', `${most}`] : range!.split('-');
    const [from, to] = [number(first!), number(last!)];
    return Array.from(
      { length: Math.max(0, Math.floor((to - from) / Number(step)) + 1) },
      (_, i) => from + i * Number(step),
    );
  });
}

function fieldProblem(part: string, index: number): string | undefined {
  if (!plain.test(part) || (part.match(letters) ?? []).some((word) => !names.test(word)))
    return 'but a field holds numbers, names of days or months, `*`, `,`, `-` and `/`';
  try {
    new Cron(anything.with(index, part).join(' '), asUtc);
    return undefined;
  } catch (error) {
    return `which cannot be: ${(error as Error).message.replace(/^CronPattern: (?:Syntax error, )?/, '')}`;
  }
}

/** Times on the clock, from one on, at which a cron text fires wherever it is. */
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

/** The instants after one at which it fires, without jitter. Without `end` it has no end. */
export function* firings(timing: Timing, after: Date): Generator<Date> {
  // A time that the clocks show twice may lie before the start and after it.
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

/** Milliseconds between the two firings that lie closest together; undefined where there is but one. */
export function shortestInterval(cron: string): number | undefined {
  let [last, shortest]: [WallTime | undefined, number | undefined] = [undefined, undefined];
  // Two leap days lie at most eight years apart. The library takes its time for each, so their number is bounded too.
  for (const wall of take(walls(cron, new Date(0)), 200)) {
    if (last) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, wall.getTime() - last.getTime());
    last = wall;
    if (wall.getTime() > 9 * 366 * 24 * hour) break;
  }
  return shortest;
}

/**
 * How late a firing is made up for, unless the document says: one interval less an hour, so that one is, and never two.
 * Of an interval below two hours it is half, since a server that is started anew should not cost an hourly run.
 */
export function standardCatchup(cron: string): number {
  const interval = shortestInterval(cron) ?? 24 * hour;
  return interval - Math.min(hour, interval / 2);
}

/** A change of the clocks that matters to a schedule: what they show at it for the first time, and what happens. */
export interface ChangeOfClocks {
  wall: WallTime;
  what: 'skipped' | 'repeated';
}

/** The first time of a cron text that each change of the clocks within a year skips, or shows twice. */
export function changesMet(timing: Timing, after: Date): ChangeOfClocks[] {
  return changesOfClocks(timing.timezone, after).flatMap(({ from, to, what }) => {
    const wall = new Cron(timing.cron, asUtc).nextRun(new Date(from.getTime() - 1_000));
    return wall && wall < to ? [{ wall, what }] : [];
  });
}
