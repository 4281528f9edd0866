import color from 'picocolors';
import { stepOf } from '../../core/run/expand-matrix.ts';
import type { StepState } from '../../core/run/run-state.ts';
import type { StepShown } from './steps-shown.ts';

/** A matrix of no more variants is shown in full. */
const maxVariantsInFull = 6;
/** Of a larger one, so many of those that run or have failed. */
const maxVariantsShown = 8;

/** In place of variants that have nothing to tell now. */
export interface Counted {
  label: string;
  text: string;
}

/** The steps of a run as a terminal has room for them: of a large matrix a line with counts, and what runs, waits for a person or has failed. */
export function condensed(steps: readonly StepShown[]): (StepShown | Counted)[] {
  const groups = new Map<string, StepShown[]>();
  for (const each of steps) {
    const known = groups.get(stepOf(each.label));
    if (known) known.push(each);
    else groups.set(stepOf(each.label), [each]);
  }
  return [...groups].flatMap(([label, all]) => {
    if (all.length <= maxVariantsInFull) return all;
    const telling = all.filter(({ step }) => step.state === 'running' || step.state === 'failed' || step.waitsFor);
    return [
      { label, text: `${all.length} variants: ${countsOf(all.map(({ step }) => step))}` },
      ...telling.slice(0, maxVariantsShown),
    ];
  });
}

const colors: Readonly<Partial<Record<StepState['state'], (text: string) => string>>> = {
  succeeded: color.green,
  reused: color.green,
  running: color.cyan,
  failed: color.red,
  blocked: color.yellow,
  cancelled: color.yellow,
};

function countsOf(steps: readonly StepState[]): string {
  const counts = new Map<StepState['state'], number>();
  for (const { state } of steps) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => (colors[state] ?? color.dim)(`${count} ${state}`)).join(', ');
}
