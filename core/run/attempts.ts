/** Why a running step was asked to stop. `left`: its run was terminated or reset, or another worker has the step now. */
export type StopReason = 'cancel' | 'pause' | 'shutdown' | 'left';

/** One line of a step's ledger. Temporal keeps no history of attempts, so temper does. Times are ISO 8601. */
export type LedgerLine =
  | { event: 'started'; attempt: number; at: string; execution: string; pid: number; host: string }
  | { event: 'resumed'; attempt: number; at: string; fromStep: number }
  | { event: 'checkpoint'; attempt: number; at: string; step: number }
  | { event: 'published'; attempt: number; at: string; digest: string }
  | { event: 'quarantined'; attempt: number; at: string; path: string; reason: string }
  | { event: 'tracked'; attempt: number; at: string; to: string; where: string }
  | { event: 'untracked'; attempt: number; at: string; to: string; why: string }
  /** `waited`: how long it waited for the device, in milliseconds. `memory`: the most that its trainer told of, in bytes. */
  | ({ event: 'ended'; attempt: number; at: string; reached?: number; waited?: number; memory?: number } & End);

/** How an attempt ended. `lost`: its worker died or was cut off; the next attempt writes this line. */
export type End =
  | { how: 'succeeded' | 'reused' | 'lost' }
  | { how: 'stopped'; why?: StopReason }
  | { how: 'failed'; execution: string; code: string; message: string };

/** The work between a start and its end, for `show`. Its steps are the optimizer steps of a training. */
export interface Stretch {
  attempt: number;
  startedAt: string;
  endedAt?: string;
  host: string;
  resumedFrom?: number;
  saved?: number;
  /** The last step in a heartbeat; it lags by some seconds. */
  reached?: number;
  quarantined: { path: string; reason: string }[];
  end?: End;
}

export function stretches(lines: readonly LedgerLine[]): Stretch[] {
  const found: Stretch[] = [];
  for (const line of lines) {
    if (line.event === 'started') {
      found.push({ attempt: line.attempt, startedAt: line.at, host: line.host, quarantined: [] });
      continue;
    }
    const stretch = found.findLast((each) => each.attempt === line.attempt);
    if (!stretch) continue;
    if (line.event === 'resumed') stretch.resumedFrom = line.fromStep;
    else if (line.event === 'checkpoint') stretch.saved = line.step;
    else if (line.event === 'quarantined') stretch.quarantined.push({ path: line.path, reason: line.reason });
    else if (line.event === 'ended') {
      const { event: _event, attempt: _attempt, at, reached, waited: _waited, memory: _memory, ...end } = line;
      stretch.endedAt = at;
      stretch.end = end;
      if (reached !== undefined) stretch.reached = reached;
    }
  }
  return found;
}

/** Where the curve of a step is, and why it does not go on there; the newest of each by tracker. */
export interface Tracking {
  to: string;
  where?: string;
  why?: string;
}

export function trackingOf(lines: readonly LedgerLine[]): Tracking[] {
  const found = new Map<string, Tracking>();
  for (const line of lines) {
    if (line.event === 'tracked') found.set(line.to, { to: line.to, where: line.where });
    if (line.event === 'untracked') found.set(line.to, { ...found.get(line.to), to: line.to, why: line.why });
  }
  return [...found.values()];
}

/** Counts the optimizer steps that a stretch trained, and those that the next one must train again. */
export function stepsOf(stretch: Stretch): { done: number; lost: number } {
  const from = stretch.resumedFrom ?? 0;
  const saved = stretch.saved ?? from;
  const reached = Math.max(stretch.reached ?? saved, saved);
  const wasThrownAway = stretch.end?.how === 'failed' || stretch.end?.how === 'lost';
  return { done: reached - from, lost: wasThrownAway ? reached - saved : 0 };
}

/** Returns the number of the attempt that starts now. A step that was stopped on request keeps its number. */
export function nextAttempt(lines: readonly LedgerLine[]): number {
  const last = Math.max(0, ...lines.map((line) => line.attempt));
  const stretch = stretches(lines).findLast(({ attempt }) => attempt === last);
  return stretch?.end?.how === 'stopped' ? last : last + 1;
}

/** Returns the attempt that has started and has no line about its end. */
export function openAttempt(lines: readonly LedgerLine[]): number | undefined {
  const stretch = stretches(lines).at(-1);
  return stretch && !stretch.end ? stretch.attempt : undefined;
}

/**
 * Counts the failures of the step itself in one execution of the run since its last newer checkpoint: `max_attempts` bounds
 * them. A person's `retry` starts a new execution. A training that crashes, but saves a newer checkpoint each time, is slow
 * and not stuck. Failures with a code in `notCounted` do not count.
 */
export function failuresWithoutProgress(
  lines: readonly LedgerLine[],
  execution: string,
  notCounted: ReadonlySet<string>,
): number {
  let failures = 0;
  let furthest = 0;
  for (const line of lines) {
    if (line.event === 'checkpoint' && line.step > furthest) {
      furthest = line.step;
      failures = 0;
    }
    if (line.event === 'ended' && line.how === 'failed' && line.execution === execution && !notCounted.has(line.code))
      failures += 1;
  }
  return failures;
}

/**
 * Returns the milliseconds that a step has worked in one execution of the run: `timeout_minutes` bounds them. An attempt that
 * was lost counts up to its last line.
 */
export function workedIn(lines: readonly LedgerLine[], execution: string): number {
  let worked = 0;
  let open: { attempt: number; from: number; last: number } | undefined;
  for (const line of lines) {
    const at = Date.parse(line.at);
    if (line.event === 'started') {
      open = line.execution === execution ? { attempt: line.attempt, from: at, last: at } : undefined;
    } else if (open && line.attempt === open.attempt) {
      if (line.event !== 'ended') {
        open.last = at;
        continue;
      }
      worked += Math.max(0, (line.how === 'lost' ? open.last : at) - open.from - (line.waited ?? 0));
      open = undefined;
    }
  }
  return worked;
}

/** Returns the milliseconds since the first of the latest consecutive failures that all have this code. */
export function waitedFor(
  lines: readonly LedgerLine[],
  execution: string,
  { code, now }: { code: string; now: number },
): number {
  let since = now;
  for (const line of lines.toReversed()) {
    if (line.event !== 'ended' || line.how === 'stopped' || line.how === 'lost') continue;
    if (line.how !== 'failed' || line.code !== code || line.execution !== execution) break;
    since = Date.parse(line.at);
  }
  return now - since;
}
