import type { ServedModel } from '../../ollama/served-models.ts';
import type { RunReferences } from '../../runs/run-references.ts';

/** The run that a pipeline run as a step belongs to, or the run itself. */
const whole = (run: RunReferences): RunReferences => run.root ?? run;

/** A run without a record is under way, paused, or was ended from outside; it may continue at any moment. */
export const isOpen = (run: RunReferences): boolean => {
  const { record } = whole(run);
  return !record || !['succeeded', 'failed', 'cancelled', 'terminated'].includes(record.status);
};

/**
 * Ids of runs whose artifacts keep their bytes: all runs, or with `closedBefore` (milliseconds since 1970) the open runs,
 * the runs that closed later, and the newest succeeded run of each pipeline.
 */
export function holdingRuns(runs: readonly RunReferences[], closedBefore: number | undefined): Set<string> {
  const newest = new Map<string, RunReferences>();
  for (const run of runs.filter(({ root }) => !root)) {
    const other = newest.get(run.pipeline);
    if (run.record?.status === 'succeeded' && (!other || endOf(run) > endOf(other))) newest.set(run.pipeline, run);
  }
  const holds = (run: RunReferences) =>
    closedBefore === undefined ||
    isOpen(run) ||
    endOf(run) >= closedBefore ||
    newest.get(whole(run).pipeline) === whole(run);
  return new Set(runs.filter(holds).map(({ runId }) => runId));
}

export const endOf = (run: RunReferences): number => {
  const { record } = whole(run);
  return record?.endedAt ?? record?.startedAt ?? 0;
};

/**
 * Every digest inside a value, whether in a handle or in the shorter `{ name, digest }` of lineage. Leaves out the adapter
 * that a training continued from: otherwise a year of nightly trainings would keep 365 adapters.
 */
export function digestsWithin(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'continued_from') return [];
    return key === 'digest' && typeof inner === 'string' ? [inner] : digestsWithin(inner);
  });
}

/** Digests that a served model was made from: its proof and its verdict can be repeated with them. */
export const digestsOfServed = ({ gguf, proof, lineage }: ServedModel): string[] =>
  digestsWithin([gguf, proof, lineage]);

/** All digests that `roots` lead to by the lineage in manifests. */
export function closure(roots: Iterable<string>, lineage: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
    if (reached.has(digest)) continue;
    reached.add(digest);
    waiting.push(...(lineage.get(digest) ?? []));
  }
  return reached;
}
