/** What is known of a model that was served, as far as the run that promoted it could tell. */
export interface ServedFacts {
  run?: string;
  step?: string;
  metric?: string;
  score?: number;
  /** Score of the model before the tuning, by the same questions in the same run. */
  baseline?: number;
  /** Score of the model that it replaced, likewise. */
  production?: number;
  /** Digest of the report that tells every question with its answers. */
  report?: string;
  /** Digest of the dataset it was trained on, and its rows. */
  data?: string;
  rows?: number;
}

/** Written before the first call of a move. Digests are `sha256:…`. */
export interface Begun extends ServedFacts {
  event: 'begun';
  id: string;
  at: string;
  by: 'promote' | 'rollback';
  /** The serving name as it was given. */
  name: string;
  /** What the name stood for; null where it stood for nothing. */
  from: string | null;
  to: string;
  /** The name that `to` was copied from. */
  source: string;
  /** The tag under which `from` stays. */
  kept: string | null;
  /** How many replaced models stay, where the move said so. */
  keep?: number;
}

/** Written after the last call, or by whoever finds a move that never ended. */
export interface Ended {
  event: 'ended';
  id: string;
  at: string;
  how: 'moved' | 'not moved';
}

/** A line of the ledger of a serving name. */
export type PromotionLine = Begun | Ended;

/** A model that the name has stood for. */
export interface ServedOnce {
  digest: string;
  /** When it was last made the one that is served; unknown for a model that somebody else had put there. */
  since?: string;
  /** How it came to be served then. */
  by?: Begun['by'];
  /** When something else took its place. */
  until?: string;
  /** Names of candidates that it was promoted from. */
  sources: readonly string[];
  facts: ServedFacts;
}

/** What the ledger of a serving name comes to. */
export interface History {
  /** Digests the name stood for, oldest first, the present one last; what was taken back is not among them. */
  stack: readonly string[];
  /** What was taken back and not served again since, with the time. */
  takenBack: ReadonlyMap<string, string>;
  models: ReadonlyMap<string, ServedOnce>;
  /** What each run has promoted. */
  promotedBy: ReadonlyMap<string, string>;
  keep: number;
  /** The newest move that came to its end. */
  last: Begun | undefined;
  /** A move that was begun and of which nobody knows how it ended. */
  open: Begun | undefined;
}

/** Replaced models that stay where nothing else is said. */
export const defaultKeep = 3;

/** Plays a ledger through. */
export function historyOf(lines: readonly PromotionLine[]): History {
  const ends = new Map(lines.flatMap((line) => (line.event === 'ended' ? [[line.id, line.how] as const] : [])));
  const stack: string[] = [];
  const takenBack = new Map<string, string>();
  const models = new Map<string, ServedOnce>();
  const promotedBy = new Map<string, string>();
  let keep = defaultKeep;
  let [last, open]: (Begun | undefined)[] = [];
  const backTo = (digest: string, at: string) => {
    for (const each of stack.splice(stack.lastIndexOf(digest) + 1)) takenBack.set(each, at);
  };
  const push = (digest: string) => {
    if (stack.includes(digest)) stack.splice(stack.lastIndexOf(digest), 1);
    stack.push(digest);
  };
  for (const line of lines) {
    if (line.event !== 'begun') continue;
    open = ends.has(line.id) ? undefined : line;
    keep = line.keep ?? keep;
    if (ends.get(line.id) !== 'moved') continue;
    last = line;
    const { from, to, at, by, source } = line;
    if (from !== null) {
      // Somebody else may have moved the name since: back to what it was once, or to a model of their own.
      if (stack.includes(from)) backTo(from, at);
      else push(from);
      models.set(from, { digest: from, sources: [], facts: {}, ...models.get(from), until: at });
    }
    if (by === 'rollback' && stack.includes(to)) backTo(to, at);
    else push(to);
    takenBack.delete(to);
    if (line.run !== undefined) promotedBy.set(line.run, to);
    const { until: _, ...before } = models.get(to) ?? { sources: [], facts: {} };
    // A rollback may have found it under a name that is somebody else's.
    const sources = by === 'rollback' ? before.sources : [...new Set([...before.sources, source])];
    models.set(to, { digest: to, since: at, by, sources, facts: factsOf(line, before.facts) });
  }
  return { stack, takenBack, models, promotedBy, keep, last, open };
}

/** The newest of what is known of a model: a later run may have judged it by other questions. */
function factsOf(line: Begun, before: ServedFacts): ServedFacts {
  const { event: _, id, at, by, name, from, to, source, kept, keep, ...facts } = line;
  return Object.keys(facts).length > 0 ? facts : before;
}

/**
 * Why a candidate is not served by itself: it was served before and rolled back, somebody else has put another model in
 * its place, or the person who rolled back had it before them and chose another. Undefined where it may be served.
 * `madeAt`: ISO time; `current`: the digest that the name stands for.
 */
export function whyHeldBack(
  { takenBack, stack, last }: History,
  candidate: { digest: string; madeAt?: string | undefined },
  current: string | undefined,
): string | undefined {
  const { digest, madeAt } = candidate;
  if (current === undefined || current === digest) return undefined;
  if (takenBack.has(digest)) return 'was served before and rolled back';
  if (stack.at(-1) === digest) return 'was served before and replaced by somebody else';
  const isOlder = last?.by === 'rollback' && madeAt !== undefined && madeAt < last.at;
  return isOlder ? 'is older than the rollback' : undefined;
}

/** What one move back leads to: the nearest of what was served before `current` and is still there. */
export function moveBack(
  { stack }: History,
  current: string | undefined,
  isThere: (digest: string) => boolean,
): string | undefined {
  const at = current === undefined ? -1 : stack.lastIndexOf(current);
  return (at < 0 ? [...stack] : stack.slice(0, at)).reverse().find(isThere);
}

/** The replaced models that stay: first those a rollback would come to, then what was taken back, the newest first. */
export function retained({ stack, takenBack }: History, current: string | undefined, keep: number): string[] {
  const back = [...takenBack].sort(([, a], [, b]) => b.localeCompare(a)).map(([digest]) => digest);
  return [...[...stack].reverse(), ...back].filter((digest) => digest !== current).slice(0, keep);
}
