import { isRecord } from '../../../core/json.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { Schedule } from './schedule.ts';

export interface Change {
  /** A dotted path in the words of the document. */
  what: string;
  /** What a firing does, or when and how it fires. */
  of: 'run' | 'schedule';
  before: string | undefined;
  after: string | undefined;
}

/** Differences between two schedules, in reading order; empty if they are equal. */
export function changesOf(before: Schedule | undefined, after: Schedule): Change[] {
  const [old, wanted] = [before ? flatten(facts(before)) : new Map<string, string>(), flatten(facts(after))];
  return [...new Set([...wanted.keys(), ...old.keys()])]
    .filter((what) => old.get(what) !== wanted.get(what))
    .map((what) => ({ what, of: isOfRun(what) ? 'run' : 'schedule', before: old.get(what), after: wanted.get(what) }));
}

const factsOfRun: ReadonlySet<string> = new Set(['id', 'plan', 'queues', 'reuse']);
const isOfRun = (path: string) => factsOfRun.has(path.split('.')[0]!);

/** The schedule with the document's own keys. */
function facts({ input, digest, catchup, jitter, pauseOnFailure, ...schedule }: Schedule) {
  const { plan, schedule: _, ...rest } = input;
  const { document } = plan;
  return {
    ...schedule,
    catchup: span(catchup),
    ...(jitter ? { jitter: span(jitter) } : {}),
    ...(pauseOnFailure ? { pause_on_failure: pauseOnFailure } : {}),
    document: { path: document.path, digest: digest.slice(0, 19) },
    ...rest,
    plan: planFacts(plan),
  };
}

/** Steps by id, so that each is compared with its earlier version; the same for nested pipelines. */
function planFacts({ document: _, steps, ...others }: Plan): object {
  const byId = steps.map(({ id, plan, ...step }) => [id, plan ? { ...step, plan: planFacts(plan) } : step] as const);
  return { ...others, steps: Object.fromEntries(byId) };
}

function flatten(value: unknown, prefix = '', into = new Map<string, string>()): Map<string, string> {
  if (isRecord(value) && Object.keys(value).length > 0)
    for (const [key, inner] of Object.entries(value)) flatten(inner, prefix ? `${prefix}.${key}` : key, into);
  else if (value !== undefined) into.set(prefix, typeof value === 'string' ? value : JSON.stringify(value));
  return into;
}

/** Formats milliseconds as in a document: `23h`, `90m`, `45s`. */
export function span(milliseconds: number): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const)
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  return `${milliseconds}ms`;
}
