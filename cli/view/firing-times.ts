import { changesMet, nextFirings, type Timing } from '../../core/schedule/cron.ts';

/** The time zone of this machine. */
const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

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

/** A moment in the schedule's time zone, and in the local one if they differ. */
export function timeInBothZones(at: Date, timeZone: string): string {
  const here = localZone();
  return here === timeZone ? timeIn(at, timeZone) : `${timeIn(at, timeZone)}  =  ${timeIn(at, here)}`;
}

const maxShownTimes = 5;

/** Computes the next firing times of a schedule that Temporal does not have yet. */
export const computeFiringTimes = (timing: Timing, now: Date): Date[] => nextFirings(timing, now, maxShownTimes);

/** Lists the next firing times, and the days within a year on which a change of the clocks skips or repeats one. */
export function firingLines(timing: Timing, next: readonly Date[], now: Date): string[] {
  if (next.length === 0) return ['never fires again'];
  const { timezone } = timing;
  const met = changesMet(timing, now).map(({ wall, what }) => {
    const [day, time] = wall.toISOString().split('T') as [string, string];
    const clocks = `on ${day} the clocks of ${timezone}`;
    return what === 'skipped'
      ? `${clocks} skip ${time.slice(0, 5)}: it does not fire then`
      : `${clocks} show ${time.slice(0, 5)} twice: it fires at the first, at the second or at both`;
  });
  return [...next.slice(0, maxShownTimes).map((at) => `fires ${timeInBothZones(at, timezone)}`), ...met];
}
