import type { TimelineStep } from '../../core/report/timeline.ts';
import type { Words } from '../words/words.ts';

/** The state of a step as a person sees it: one that waits for an answer waits for them. */
export type ShownState = TimelineStep['state'] | 'asks';

export const shownState = ({ state, step }: Pick<TimelineStep, 'state' | 'step'>): ShownState =>
  step.waitsFor ? 'asks' : state;

export const stateWords = (state: ShownState, { states, steps }: Words): string =>
  state === 'asks' ? steps.asks : states[state];

/** The symbols of the terminal, so that no state is told by its colour alone. */
const symbols: Readonly<Record<ShownState, string>> = {
  asks: '?',
  waiting: '·',
  running: '▸',
  succeeded: '✔',
  reused: '=',
  skipped: '–',
  failed: '✘',
  blocked: '■',
  cancelled: '■',
};

export const Mark = ({ state }: { state: ShownState }) => (
  <i class="mark" aria-hidden="true">
    {symbols[state]}
  </i>
);
