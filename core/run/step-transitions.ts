import type { StepFailure } from '../errors/catalogue.ts';
import {
  type BlockedStep,
  type CancelledStep,
  type FailedStep,
  hasEnded,
  type Published,
  type ReusedStep,
  type RunningStep,
  type SkippedStep,
  type StepFacts,
  type StepState,
  type SucceededStep,
  type WaitingStep,
  type WaitsFor,
} from './run-state.ts';

/** Each function returns a step's next state. `now` is in milliseconds since 1970. */

/** `run`: the run that a step of kind `pipeline` starts. */
export function begin(step: StepState, now: number, run?: string): RunningStep {
  const own = run === undefined ? {} : { run };
  return { ...factsOf(step), ...publishedBy(step), ...own, startedAt: startOf(step) ?? now, state: 'running' };
}

/** One that had ended and is made again starts anew. */
const startOf = (step: StepState) => (hasEnded(step) ? undefined : step.startedAt);

/** Makes a step wait after a pause has stopped it. */
export function hold(step: StepState): WaitingStep {
  return { ...factsOf(step), ...publishedBy(step), state: 'waiting' };
}

/** Makes a step wait for a person. `failure`: why it waits, if the answers are `retry` and `skip`. */
export function askPerson(step: StepState, waitsFor: WaitsFor, failure?: StepFailure): WaitingStep {
  return { ...hold(step), waitsFor, ...(failure ? { failure } : {}) };
}

/** The result of a step that succeeded. */
type Result = Published & Pick<StepFacts, 'summary' | 'because'> & { readonly reusedFrom?: string };

export function succeed(step: StepState, result: Result, now: number): SucceededStep | ReusedStep {
  const { outputs, summary, artifacts, because, reusedFrom } = result;
  const done = {
    ...factsOf(step),
    ...(outputs ? { outputs } : {}),
    ...(artifacts ? { artifacts } : {}),
    ...(summary === undefined ? {} : { summary }),
    ...(because === undefined ? {} : { because }),
    endedAt: now,
  };
  return reusedFrom === undefined ? { ...done, state: 'succeeded' } : { ...done, reusedFrom, state: 'reused' };
}

export function fail(step: StepState, failure: StepFailure, now: number): FailedStep {
  const { outputs } = step;
  return { ...factsOf(step), failure, ...(outputs ? { outputs } : {}), endedAt: now, state: 'failed' };
}

export function skip(step: StepState, now: number, summary?: string): SkippedStep {
  return { ...factsOf(step), ...(summary === undefined ? {} : { summary }), endedAt: now, state: 'skipped' };
}

export function block(step: StepState, now: number): BlockedStep {
  return { ...factsOf(step), endedAt: now, state: 'blocked' };
}

export function cancel(step: StepState, now: number, summary?: string): CancelledStep {
  const { failure } = step;
  return { ...skip(step, now, summary), ...(failure ? { failure } : {}), state: 'cancelled' };
}

/** The facts that every next state keeps. */
function factsOf(step: StepState): StepFacts {
  const { uses, run, summary, because, madeAgain, startedAt } = step;
  return {
    uses,
    ...(run === undefined ? {} : { run }),
    ...(summary === undefined ? {} : { summary }),
    ...(because === undefined ? {} : { because }),
    ...(madeAgain === undefined ? {} : { madeAgain }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

function publishedBy(step: StepState): Published {
  const { outputs, artifacts } = step;
  return { ...(outputs ? { outputs } : {}), ...(artifacts ? { artifacts } : {}) };
}
