import { rootRunId } from './run-id.ts';
import type { RunState, StepState } from './run-state.ts';

/**
 * The run since which nothing has changed: the newest of those whose results were reused, where all of them were. Undefined
 * for a run that made something, moved a tag, or has not succeeded. `newer` says whether its first run is the newer one; by
 * default the times in their ids are compared as they stand, whatever the zone. `actsEachTime` names steps that are never
 * reused; on a night with nothing new they find that there is nothing to do.
 */
export function unchangedSince(
  state: RunState,
  actsEachTime: (id: string) => boolean,
  newer: (run: string, than: string) => boolean = isLaterStamp,
): string | undefined {
  if (state.status !== 'succeeded') return undefined;
  const steps = Object.entries(state.steps);
  if (!steps.every(([id, step]) => didNothing(step, actsEachTime(id)))) return undefined;
  return steps
    .flatMap(([, { reusedFrom }]) => (reusedFrom ? [rootRunId(reusedFrom)] : []))
    .reduce<string | undefined>((newest, run) => (newest && !newer(run, newest) ? newest : run), undefined);
}

function didNothing({ state, outputs, outputsLeftOut }: StepState, actsEachTime: boolean): boolean {
  if (state === 'reused' || state === 'skipped') return true;
  return actsEachTime && outputs?.changed !== true && !outputsLeftOut;
}

const stampOf = (run: string) => /-(\d{8}-\d{6})-\w+$/.exec(run)?.[1] ?? '';
const isLaterStamp = (run: string, than: string) => stampOf(run) > stampOf(than);
