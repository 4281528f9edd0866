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

interface Row {
  state: string;
  cells: readonly [name: string, state: string, what: string];
  waiting: readonly string[];
}

function renderDetails({ status, steps }: Pick<RunState, 'status' | 'steps'>): string {
  const groups = new Map<string, [string, StepState][]>();
  for (const [id, step] of Object.entries(steps)) {
    const known = groups.get(stepOf(id));
    if (known) known.push([id, step]);
    else groups.set(stepOf(id), [[id, step]]);
  }
  const rows = [...groups].map(([id, all]): Row => {
    const [[firstId, first]] = all as [[string, StepState]];
    if (all.length === 1 && firstId === id)
      return { state: first.state, cells: [id, first.state, whatOf(first)], waiting: waitingLines(id, first) };
    return {
      state: 'variants',
      cells: [id, `${all.length} variants`, counts(all.map(([, step]) => step.state))],
      waiting: all.flatMap(([variant, step]) => waitingLines(variant, step)),
    };
  });
  const wanted =
    rows.length <= maxLines ? rows : rows.filter(({ state }) => state !== 'succeeded' && state !== 'waiting');
  const shown = wanted.slice(0, maxLines);
  const left = rows.filter((row) => !shown.includes(row)).map(({ state }) => state);
  return [
    ...(status === 'paused' ? ['**paused**', ''] : []),
    ...table(shown.map(({ cells }) => cells)),
    ...(left.length > 0 ? [`- and ${left.length} more: ${counts(left)}`] : []),
    ...shown.flatMap(({ waiting }) => waiting),
  ].join('\n');
}

/** Temporal's pages know no tables of Markdown, so the columns are aligned in a block of code. */
function table(rows: readonly Row['cells'][]): string[] {
  if (rows.length === 0) return [];
  const width = (column: 0 | 1) => Math.max(...rows.map((cells) => cells[column].length));
  const [names, states] = [width(0), width(1)];
  const lines = rows.map(([name, state, what]) => `${name.padEnd(names)}  ${state.padEnd(states)}  ${what}`.trimEnd());
  return ['```text', ...lines, '```'];
}

/** One line, which cannot end the block that it stands in. */
function whatOf({ summary, because, run }: StepState): string {
  const why = because && isNews(because) ? `(${reasonWords(because)})` : '';
  const what = [summary, why, run].filter(Boolean).join(' ');
  return what.replace(/\s+/g, ' ').replaceAll('`', "'");
}

function waitingLines(id: string, { waitsFor }: StepState): string[] {
  if (!waitsFor) return [];
  return [
    `- **${id} waits for you**: ${waitsFor.about}`,
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
