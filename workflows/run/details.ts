import { setCurrentDetails } from '@temporalio/workflow';
import { stepOf } from '../../core/run/expand-matrix.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { isNews, reasonWords } from '../../core/words/reasons.ts';

/** The text of a run of so many steps is rendered at every change, that of a larger run at most once a second. */
const smallRunSteps = 50;
const largeRunIntervalMs = 1000;
const maxLines = 60;

/** Keeps the text that Temporal's page of the run shows: a line for each step, and one for all variants of a matrix. */
export class Details {
  readonly #state: Pick<RunState, 'status' | 'steps'>;
  readonly #intervalMs: number;
  #shownAt = 0;

  constructor(state: Pick<RunState, 'status' | 'steps'>) {
    this.#state = state;
    this.#intervalMs = Object.keys(state.steps).length <= smallRunSteps ? 0 : largeRunIntervalMs;
  }

  /** Call it after every change. Rendering looks at every step, so a large run skips changes that are not urgent. */
  show({ isUrgent = false } = {}): void {
    const now = Date.now();
    if (!isUrgent && now - this.#shownAt < this.#intervalMs) return;
    this.#shownAt = now;
    setCurrentDetails(renderDetails(this.#state));
  }
}

function renderDetails({ status, steps }: Pick<RunState, 'status' | 'steps'>): string {
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
        ...all.flatMap(([, step]) => waitingLines(step)),
      ].join('\n'),
    };
  });
  const wanted =
    lines.length <= maxLines ? lines : lines.filter(({ state }) => state !== 'succeeded' && state !== 'waiting');
  const shown = wanted.slice(0, maxLines);
  const left = lines.filter((line) => !shown.includes(line)).map(({ state }) => state);
  return [
    ...(status === 'paused' ? ['**paused**', ''] : []),
    ...shown.map(({ text }) => text),
    ...(left.length > 0 ? [`- and ${left.length} more: ${counts(left)}`] : []),
  ].join('\n');
}

function stepText(id: string, step: StepState): string {
  const { state, summary, because, run } = step;
  const line = `- **${id}** ${state}${summary ? `: ${summary}` : ''}${because && isNews(because) ? ` (${reasonWords(because)})` : ''}${run ? ` (\`${run}\`)` : ''}`;
  return [line, ...waitingLines(step)].join('\n');
}

function waitingLines({ waitsFor }: StepState): string[] {
  if (!waitsFor) return [];
  return [
    `  - **waits for you**: ${waitsFor.about}`,
    ...(waitsFor.verdicts ?? []).map((verdict) => `  - ${verdict}`),
    ...waitsFor.type.map((command) => `  - \`${command}\``),
    `  - or here, by the update ${waitsFor.words.map((word) => `\`${word}\``).join(' or ')}`,
  ];
}

function counts(states: readonly string[]): string {
  const each = new Map<string, number>();
  for (const state of states) each.set(state, (each.get(state) ?? 0) + 1);
  return [...each].map(([state, count]) => `${count} ${state}`).join(', ');
}
