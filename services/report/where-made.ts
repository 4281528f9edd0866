import type { StepState } from '../../core/run/run-state.ts';

/** A step of a run. */
export interface StepOfRun {
  run: string;
  step: string;
}

/** The step whose folder has the files of a result: of a reused one it is that of another run, perhaps under another name. */
export function whereMade({ because, reusedFrom }: StepState, own: StepOfRun): StepOfRun {
  if (reusedFrom === undefined) return own;
  const isEqual = typeof because === 'object' && because.code === 'equal';
  return isEqual ? because.facts : { run: reusedFrom, step: own.step };
}
