import type {
  BlockedStep,
  CancelledStep,
  FailedStep,
  ReusedStep,
  RunningStep,
  SkippedStep,
  SucceededStep,
  WaitingStep,
} from './schemas/state.ts';

/** Their schemas are in a file of their own: workflows import this one, and zod is too large for their bundle. */
export type * from './schemas/state.ts';

export type EndedStep = SucceededStep | ReusedStep | SkippedStep | FailedStep | BlockedStep | CancelledStep;
export type StepState = WaitingStep | RunningStep | EndedStep;
export type EndState = EndedStep['state'];

export function hasEnded(step: StepState): step is EndedStep {
  return step.state !== 'waiting' && step.state !== 'running';
}

export function hasSucceeded(step: StepState): step is SucceededStep | ReusedStep {
  return step.state === 'succeeded' || step.state === 'reused';
}
