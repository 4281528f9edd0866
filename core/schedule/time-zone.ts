/** A time that clocks show, without a zone: stored as if the zone were UTC. */
export type WallTime = Date;

/** No zone is further from UTC. */
const maxOffsetMs = 15 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether this program can tell what the clocks of a zone show; one newer than its Node it cannot. */
export function hasClocks(timeZone: string): boolean {
  try {
    return Boolean(formatOf(timeZone));
  } catch {
    return false;
  }
}

/** Finds what the clocks of a zone show at an instant. */
export function wallTime(at: Date, timeZone: string): WallTime {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = parts as Record<string, number>;
  return new Date(Date.UTC(year!, month! - 1, day, hour, minute, second));
}

/** Finds the instant at which the clocks of a zone show a time; undefined where the change to summer time skips it. */
export function instantOf(wall: WallTime, timeZone: string): Date | undefined {
  return [0, -maxOffsetMs, maxOffsetMs]
    .map((far) => {
      const near = new Date(wall.getTime() + far);
      return new Date(near.getTime() - wallTime(near, timeZone).getTime() + wall.getTime());
    })
    .find((at) => wallTime(at, timeZone).getTime() === wall.getTime());
}

/**
 * Lists the instants at which Temporal's server fires for a time on the clock. A time that the change back repeats mostly
 * fires twice in zones west of UTC, and only the second time in zones east of it. Not covered: for a cron of several hours
 * in a row (seen with Australia/Sydney), and for changes of half an hour (Lord Howe), the server fires at other instants.
 */
export function firingsAt(wall: WallTime, timeZone: string): Date[] {
  const first = instantOf(wall, timeZone);
  if (!first) return [];
  const second = [1_800_000, 3_600_000, 7_200_000]
    .map((later) => new Date(first.getTime() + later))
    .find((at) => wallTime(at, timeZone).getTime() === wall.getTime());
  return second ? [first, second] : [first];
}

/** The times on the clock from `from` until before `to`, which a change skips or repeats. */
export interface ChangedClocks {
  from: WallTime;
  to: WallTime;
  what: 'skipped' | 'repeated';
}

/** Finds the changes of the clocks of a zone within a year. */
export function changesOfClocks(timeZone: string, after: Date): ChangedClocks[] {
  const offset = (at: number) => wallTime(new Date(at), timeZone).getTime() - at;
  const start = Math.floor(after.getTime() / 1_000) * 1_000;
  const changes: ChangedClocks[] = [];
  // No zone changes its clocks twice within ten days; the shortest pause is the month of Ramadan (Morocco).
  const stride = 10 * 86_400_000;
  for (let early = start; early < start + 366 * 86_400_000; early += stride) {
    const [before, behind] = [offset(early), offset(early + stride)];
    if (before === behind) continue;
    let [low, high] = [early, early + stride];
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    const [from, to] = [new Date(high + Math.min(before, behind)), new Date(high + Math.max(before, behind))];
    changes.push({ from, to, what: behind > before ? 'skipped' : 'repeated' });
  }
  return changes;
}
