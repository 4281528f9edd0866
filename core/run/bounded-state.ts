import type { RunState, StepState } from './run-state.ts';

/** Characters of JSON. Temporal refuses a payload of more than 2 MB. */
const maxStateLength = 1_500_000;
/** The state of a run with at most this many steps always fits, so it is not measured. */
const maxUnmeasuredSteps = 100;
const maxShortSummaryLength = 120;
const maxShortMessageLength = 200;

/**
 * Shortens a run's state until it fits into a payload: it cuts the texts of failures and summaries, then leaves out the
 * artifacts, and last the outputs, marked by `outputsLeftOut`.
 */
export function boundedState(state: RunState, limit: number = maxStateLength): RunState {
  if (Object.keys(state.steps).length <= maxUnmeasuredSteps && limit === maxStateLength) return state;
  let bounded = state;
  for (const shorten of [shortTexts, withoutArtifacts, withoutOutputs]) {
    if (JSON.stringify(bounded).length <= limit) return bounded;
    const steps = Object.entries(bounded.steps).map(([id, step]) => [id, shorten(step)]);
    bounded = { ...bounded, steps: Object.fromEntries(steps) };
  }
  return bounded;
}

function shortTexts(step: StepState) {
  const { failure, summary } = step;
  const shorter = {
    ...step,
    ...(summary === undefined ? {} : { summary: cut(summary, maxShortSummaryLength) }),
    ...(failure
      ? {
          failure: {
            ...failure,
            message: cut(failure.message, maxShortMessageLength),
            remedy: cut(failure.remedy, maxShortMessageLength),
          },
        }
      : {}),
  };
  return shorter as StepState;
}

/** The artifacts are also listed in the step's folder. */
const withoutArtifacts = ({ artifacts: _artifacts, ...step }: StepState) => step as StepState;

const withoutOutputs = ({ outputs, ...step }: StepState) =>
  (outputs && Object.keys(outputs).length > 0 ? { ...step, outputsLeftOut: true } : step) as StepState;

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);
