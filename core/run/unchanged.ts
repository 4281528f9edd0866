import { rootRunId } from './run-id.ts';
import type { RunState, StepState } from './run-state.ts';

/**
 * Returns the run since which nothing has changed: the newest one whose results were reused. Undefined for a run that
 * computed something, moved a tag or did not succeed. `actsEachTime` says which steps are never reused; if nothing is new,
 * they find nothing to do. `newer` says whether its first argument is the newer run; by default it compares the times in the
 * ids and ignores time zones.
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
