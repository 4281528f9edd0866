import { rootRunId } from './run-id.ts';
import type { RunState, StepState } from './run-state.ts';

/** Kinds that are carried out each time; on a night with nothing new they find that there is nothing to do. */
const alwaysCarriedOut: ReadonlySet<string> = new Set(['promote', 'approve']);

/**
 * The run since which nothing has changed: the newest of those whose results were reused, where all of them were. Undefined
 * for a run that made something, moved a tag, or has not succeeded. `newer` says whether its first run is the newer one; by
 * default the times in their ids are compared as they stand, whatever the zone.
 */
export function unchangedSince(
  state: RunState,
  newer: (run: string, than: string) => boolean = isLaterStamp,
): string | undefined {
  if (state.status !== 'succeeded') return undefined;
  const steps = Object.values(state.steps);
  if (!steps.every(didNothing)) return undefined;
  return steps
    .flatMap(({ reusedFrom }) => (reusedFrom ? [rootRunId(reusedFrom)] : []))
    .reduce<string | undefined>((newest, run) => (newest && !newer(run, newest) ? newest : run), undefined);
}

function didNothing({ state, uses, outputs, outputsLeftOut }: StepState): boolean {
  if (state === 'reused' || state === 'skipped') return true;
  return alwaysCarriedOut.has(uses) && outputs?.changed !== true && !outputsLeftOut;
}

const stampOf = (run: string) => /-(\d{8}-\d{6})-\w+$/.exec(run)?.[1] ?? '';
const isLaterStamp = (run: string, than: string) => stampOf(run) > stampOf(than);
