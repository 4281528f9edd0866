import color from 'picocolors';
import { stepOf } from '../core/expand-matrix.ts';
import type { RunState, StepState } from '../core/run-state.ts';

/** A matrix of no more variants is shown in full. */
const few = 6;
/** Of a larger one, so many of those that run or have failed. */
const mostShown = 8;

export type Shown =
  | { id: string; step: StepState }
  /** In place of variants that have nothing to tell now. */
  | { id: string; text: string };

/** The steps of a run as a terminal has room for them: of a large matrix a line with counts, and what runs or has failed. */
export function shownSteps(steps: RunState['steps']): Shown[] {
  const groups = new Map<string, { id: string; step: StepState }[]>();
  for (const [id, step] of Object.entries(steps)) {
    const known = groups.get(stepOf(id));
    if (known) known.push({ id, step });
    else groups.set(stepOf(id), [{ id, step }]);
  }
  return [...groups].flatMap(([id, all]): Shown[] => {
    if (all.length <= few) return all;
    const telling = all.filter(({ step }) => step.state === 'running' || step.state === 'failed');
    return [
      { id, text: `${all.length} variants: ${countsOf(all.map(({ step }) => step))}` },
      ...telling.slice(0, mostShown),
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
