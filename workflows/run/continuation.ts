import type { StepState } from '../../core/run/run-state.ts';
import type { RunInput } from '../../protocol/run-input.ts';
import type { Run } from './run-parts.ts';

/** Characters of JSON. Temporal refuses an input of more than 2 MB. */
const most = 1_500_000;

/** What the next execution of a run is told: all that has ended, so that it does the rest. */
export function continuation(run: Run): RunInput {
  const { input, state, pins } = run;
  const ended = only(state.steps, (id) => hasEnded(state.steps[id]!));
  const isOpen = (id: string) => !Object.hasOwn(ended, id);
  return {
    ...input,
    // A schedule's run has the id that it was started with.
    runId: run.id,
    resume: {
      pins: pins!,
      succeeded: only(input.resume?.succeeded ?? {}, isOpen),
      children: run.children.continuations,
    },
    continued: {
      ended,
      reused: only(run.reused, isOpen),
      startedAt: state.startedAt,
      paused: state.status === 'paused',
    },
  };
}

export const fitsIntoInput = (input: RunInput): boolean => JSON.stringify(input).length <= most;

const hasEnded = ({ state }: StepState) => state !== 'waiting' && state !== 'running';

const only = <T>(record: Readonly<Record<string, T>>, wanted: (id: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([id]) => wanted(id)));
