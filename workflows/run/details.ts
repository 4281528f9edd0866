import { setCurrentDetails } from '@temporalio/workflow';
import { stepOf } from '../../core/run/expand-matrix.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { waitsForLines } from '../steps/waiting-steps.ts';

/** Steps of a run whose details are made anew at every change; those of a larger one at most once a second. */
const few = 50;
const mostLines = 60;

/** What Temporal's page of the run shows: a line for each step, and one for all variants of a matrix. */
export class Details {
  readonly #state: Pick<RunState, 'status' | 'steps'>;
  #shownAt = 0;

  constructor(state: Pick<RunState, 'status' | 'steps'>) {
    this.#state = state;
  }

  /** Something has changed. Making the text costs a look at every step, so a thousand changes must not make a thousand texts. */
  show({ isLast = false } = {}): void {
    const now = Date.now();
    const isSmall = Object.keys(this.#state.steps).length <= few;
    if (!isSmall && !isLast && now - this.#shownAt < 1000) return;
    this.#shownAt = now;
    setCurrentDetails(detailsOf(this.#state));
  }
}

export function detailsOf({ status, steps }: Pick<RunState, 'status' | 'steps'>): string {
  const groups = new Map<string, [string, StepState][]>();
  for (const [id, step] of Object.entries(steps)) {
    const known = groups.get(stepOf(id));
    if (known) known.push([id, step]);
    else groups.set(stepOf(id), [[id, step]]);
  }
  const lines = [...groups].map(([id, all]) => {
    const [[firstId, first]] = all as [[string, StepState]];
    if (all.length === 1 && firstId === id) return { state: first.state, text: stepText(id, first) };
    return {
      state: 'variants',
      text: [
        `- **${id}** ${all.length} variants: ${counts(all.map(([, step]) => step.state))}`,
        ...all.flatMap(([, step]) => waitsForLines(step)),
      ].join('\n'),
    };
  });
  const shown =
    lines.length <= mostLines ? lines : lines.filter(({ state }) => state !== 'succeeded' && state !== 'waiting');
  const told = shown.slice(0, mostLines);
  const left = lines.filter((line) => !told.includes(line)).map(({ state }) => state);
  return [
    ...(status === 'paused' ? ['**paused**', ''] : []),
    ...told.map(({ text }) => text),
    ...(left.length > 0 ? [`- and ${left.length} more: ${counts(left)}`] : []),
  ].join('\n');
}

function stepText(id: string, step: StepState): string {
  const { state, summary, because, run } = step;
  const line = `- **${id}** ${state}${summary ? `: ${summary}` : ''}${because ? ` (${because})` : ''}${run ? ` (\`${run}\`)` : ''}`;
  return [line, ...waitsForLines(step)].join('\n');
}

function counts(states: readonly string[]): string {
  const each = new Map<string, number>();
  for (const state of states) each.set(state, (each.get(state) ?? 0) + 1);
  return [...each].map(([state, count]) => `${count} ${state}`).join(', ');
}
