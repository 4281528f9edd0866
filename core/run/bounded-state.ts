import type { RunState, StepState } from './run-state.ts';

/** Characters of JSON. Temporal refuses a payload of more than 2 MB. */
const most = 1_500_000;
/** With fewer steps there is nothing to look for. */
const few = 100;

/**
 * A run's state such that it fits into a payload: of a thousand steps with long failures these are cut first; what many
 * steps have given is left out only where even that does not do, and is said so.
 */
export function boundedState(state: RunState, limit: number = most): RunState {
  if (Object.keys(state.steps).length <= few && limit === most) return state;
  let bounded = state;
  for (const shorten of [shortTexts, withoutArtifacts, withoutOutputs]) {
    if (JSON.stringify(bounded).length <= limit) return bounded;
    const steps = Object.entries(bounded.steps).map(([id, step]) => [id, shorten(step)]);
    bounded = { ...bounded, steps: Object.fromEntries(steps) };
  }
  return bounded;
}

function shortTexts(step: StepState): StepState {
  const { failure, summary } = step;
  return {
    ...step,
    ...(summary === undefined ? {} : { summary: cut(summary, 120) }),
    ...(failure
      ? { failure: { ...failure, message: cut(failure.message, 200), remedy: cut(failure.remedy, 200) } }
      : {}),
  };
}

/** Those that are no output can be found in the step's folder. */
const withoutArtifacts = ({ artifacts: _artifacts, ...step }: StepState): StepState => step;

const withoutOutputs = ({ outputs, ...step }: StepState): StepState =>
  outputs && Object.keys(outputs).length > 0 ? { ...step, outputsLeftOut: true } : step;

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);
