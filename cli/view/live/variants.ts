import color from 'picocolors';
import type { StepState } from '../../../core/run/run-state.ts';
import { warned } from '../text/colours.ts';

/** A matrix of no more variants is shown in full. */
const maxVariantsInFull = 6;
/** Of a larger one, so many of those that run, wait for a person or have failed. */
const maxVariantsShown = 8;

/** The variants that a terminal has room for; their counts stand above them. */
export const variantsShown = <Variant extends { step: StepState }>(all: readonly Variant[]): readonly Variant[] =>
  all.length <= maxVariantsInFull
    ? all
    : all
        .filter(({ step }) => step.state === 'running' || step.state === 'failed' || step.waitsFor)
        .slice(0, maxVariantsShown);

const colours: Readonly<Partial<Record<StepState['state'], (text: string) => string>>> = {
  succeeded: String,
  reused: String,
  running: color.bold,
  failed: color.red,
  blocked: warned,
  cancelled: warned,
};

/** `2 succeeded, 1 running`, in the order in which the states are first met. */
export function countsOf(steps: readonly StepState[]): string {
  const counts = new Map<StepState['state'], number>();
  for (const { state } of steps) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => (colours[state] ?? color.dim)(`${count} ${state}`)).join(', ');
}
