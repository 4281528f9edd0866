import type { ServedModel } from '../../ollama/served-models.ts';
import type { RunReferences } from '../../runs/run-references.ts';

/** A pipeline that runs as a step is part of the run that it belongs to. */
const whole = (run: RunReferences): RunReferences => run.root ?? run;

/** A run without a record is under way or paused, or was ended from outside; it may go on at any moment. */
export const isOpen = (run: RunReferences): boolean => {
  const { record } = whole(run);
  return !record || !['succeeded', 'failed', 'cancelled', 'terminated'].includes(record.status);
};

/**
 * Runs whose artifacts keep their bytes: all of them, or those that did not close before `closedBefore` (milliseconds
 * since 1970), the open ones, and of each pipeline the newest that succeeded.
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
 * Every digest inside a value: handles, and the shorter forms in which lineage names what it was made from. The adapter
 * that a training continued from is told and not kept: else a year of nights would keep 365 of them.
 */
export function digestsWithin(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'continued_from') return [];
    return key === 'digest' && typeof inner === 'string' ? [inner] : digestsWithin(inner);
  });
}

/** What a served model was made from: with it a proof can be asked again and a verdict be repeated. */
export const digestsOfServed = ({ gguf, proof, lineage }: ServedModel): string[] =>
  digestsWithin([gguf, proof, lineage]);

/** All that can be reached from `roots` over the lineage in manifests. */
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
