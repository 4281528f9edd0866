import type { RunState } from './run-state.ts';

/** Kinds that are carried out each time; on a night with nothing new they find that there is nothing to do. */
const alwaysCarriedOut: ReadonlySet<string> = new Set(['promote', 'approve']);

/**
 * The run since which nothing has changed: the newest of those whose results were reused, where all of them were. Undefined
 * for a run that made something, moved a tag, or has not succeeded. `newer` says whether its first run is the newer one.
 */
export function unchangedSince(state: RunState, newer: (run: string, than: string) => boolean): string | undefined {
  if (state.status !== 'succeeded') return undefined;
  const steps = Object.values(state.steps);
  const nothingDone = steps.every(
    ({ state: how, uses, outputs }) =>
      how === 'reused' || how === 'skipped' || (alwaysCarriedOut.has(uses) && outputs?.changed !== true),
  );
  if (!nothingDone) return undefined;
  return steps
    .flatMap(({ reusedFrom }) => reusedFrom ?? [])
    .reduce<string | undefined>((newest, run) => (newest && !newer(run, newest) ? newest : run), undefined);
}
