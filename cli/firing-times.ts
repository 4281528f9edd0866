import { nextFirings, skippedTimes, type Timing } from '../core/cron.ts';

/** The zone of the clocks that the person sees. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `Wed 2026-11-25 02:00 Asia/Shanghai`. */
export function timeIn(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.weekday} ${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute} ${timeZone}`;
}

/** A moment in the schedule's zone, and here where that is another one. */
export function bothTimes(at: Date, timeZone: string): string {
  const here = localZone();
  return here === timeZone ? timeIn(at, timeZone) : `${timeIn(at, timeZone)}  =  ${timeIn(at, here)}`;
}

/** The next five firing times, and the days within a year on which a change of the clocks skips one. */
export function firingLines(timing: Timing, now: Date): string[] {
  const next = nextFirings(timing, now, 5);
  const skipped = skippedTimes(timing, now).map((wall) => {
    const [day, time] = wall.toISOString().split('T') as [string, string];
    return `on ${day} the clocks of ${timing.timezone} skip ${time.slice(0, 5)}: it does not fire then`;
  });
  return next.length === 0
    ? ['never fires again']
    : [...next.map((at) => `fires ${bothTimes(at, timing.timezone)}`), ...skipped];
}
