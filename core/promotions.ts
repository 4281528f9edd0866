/** Facts of a served model, as far as the run that promoted it knew them. */
export interface ServedFacts {
  run?: string;
  step?: string;
  metric?: string;
  score?: number;
  /** Score of the model before the tuning, on the same questions in the same run. */
  baseline?: number;
  /** Score of the replaced model, on the same questions in the same run. */
  production?: number;
  /** Digest of the report, which has every question with its answers. */
  report?: string;
  /** Digest of the dataset that it was trained on, and the number of its rows. */
  data?: string;
  rows?: number;
}

/** Written before the first call of a move. Digests are `sha256:…`. */
export interface Begun extends ServedFacts {
  event: 'begun';
  id: string;
  at: string;
  by: 'promote' | 'rollback';
  /** The serving name as the document or the command gives it. */
  name: string;
  /** The model that the name served; null if it served none. */
  from: string | null;
  to: string;
  /** The name that `to` was copied from. */
  source: string;
  /** The tag under which `from` is kept. */
  kept: string | null;
  /** Number of replaced models that are kept, if the move says so. */
  keep?: number;
}

/** Written after the last call of a move, or later by a process that finds the move without an end. */
export interface Ended {
  event: 'ended';
  id: string;
  at: string;
  how: 'moved' | 'not moved';
}

/** A line of the ledger of a serving name. */
export type PromotionLine = Begun | Ended;

/** A model that the name serves or has served. */
export interface ServedOnce {
  digest: string;
  /** When the name was last moved to it; unknown if another program moved it. */
  since?: string;
  /** How the name was moved to it then. */
  by?: Begun['by'];
  /** When another model replaced it. */
  until?: string;
  /** Names of candidates that it was promoted from. */
  sources: readonly string[];
  facts: ServedFacts;
}

/** The state of a serving name after all moves of its ledger. */
export interface History {
  /** Digests that the name served, oldest first, the present one last; without those that were rolled back. */
  stack: readonly string[];
  /** Digests that were rolled back and not served again since, with the time of the rollback. */
  takenBack: ReadonlyMap<string, string>;
  models: ReadonlyMap<string, ServedOnce>;
  /** The digest that each run promoted. */
  promotedBy: ReadonlyMap<string, string>;
  keep: number;
  /** The newest completed move. */
  last: Begun | undefined;
  /** A move without a recorded end. */
  open: Begun | undefined;
}

/** Number of replaced models that are kept by default. */
export const defaultKeep = 3;

/** Replays a ledger. */
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
      // Another program may have moved the name in the meantime: back to an earlier model, or to an unknown one.
      if (stack.includes(from)) backTo(from, at);
      else push(from);
      models.set(from, { digest: from, sources: [], facts: {}, ...models.get(from), until: at });
    }
    if (by === 'rollback' && stack.includes(to)) backTo(to, at);
    else push(to);
    takenBack.delete(to);
    if (line.run !== undefined) promotedBy.set(line.run, to);
    const { until: _, ...before } = models.get(to) ?? { sources: [], facts: {} };
    // A rollback may have found the model under a name that is no candidate's.
    const sources = by === 'rollback' ? before.sources : [...new Set([...before.sources, source])];
    models.set(to, { digest: to, since: at, by, sources, facts: factsOf(line, before.facts) });
  }
  return { stack, takenBack, models, promotedBy, keep, last, open };
}

/** Returns the newest facts of a model: a later run may have evaluated it with other questions. */
function factsOf(line: Begun, before: ServedFacts): ServedFacts {
  const { event: _, id, at, by, name, from, to, source, kept, keep, ...facts } = line;
  return Object.keys(facts).length > 0 ? facts : before;
}

/**
 * Returns why `promote` must not serve a candidate: it was rolled back, a person replaced it by hand, or it is older than
 * the last rollback, so the person who rolled back chose another model. Undefined if it may be served.
 * `madeAt`: ISO time; `current`: the digest that the name serves.
 */
export function whyHeldBack(
  { takenBack, stack, last }: History,
  candidate: { digest: string; madeAt?: string | undefined },
  current: string | undefined,
): string | undefined {
  const { digest, madeAt } = candidate;
  if (current === undefined || current === digest) return undefined;
  if (takenBack.has(digest)) return 'was served before and rolled back';
  if (stack.at(-1) === digest) return 'was served before and replaced by hand';
  const isOlder = last?.by === 'rollback' && madeAt !== undefined && madeAt < last.at;
  return isOlder ? 'is older than the rollback' : undefined;
}

/** Returns the target of a rollback: the last model before `current` that Ollama still has. */
export function findRollbackTarget(
  { stack }: History,
  current: string | undefined,
  isThere: (digest: string) => boolean,
): string | undefined {
  const at = current === undefined ? -1 : stack.lastIndexOf(current);
  return (at < 0 ? [...stack] : stack.slice(0, at)).reverse().find(isThere);
}

/** Returns the replaced models to keep: first the targets of the next rollbacks, then those that were rolled back, newest first. */
export function modelsToKeep({ stack, takenBack }: History, current: string | undefined, keep: number): string[] {
  const back = [...takenBack].sort(([, a], [, b]) => b.localeCompare(a)).map(([digest]) => digest);
  return [...[...stack].reverse(), ...back].filter((digest) => digest !== current).slice(0, keep);
}
