import { hasEnded } from '../../core/run/run-state.ts';
import type { Continuation, RunInput } from '../../protocol/run-input.ts';
import type { CurrentRun } from './current-run.ts';

/** Characters of JSON. Temporal refuses an input of more than 2 MB. */
const maxInputLength = 1_500_000;

/** Returns the input of the run's next execution: which steps have ended, so that it does the rest. */
export function nextInput(run: CurrentRun, children: NonNullable<Continuation['children']>): RunInput {
  const { input, state, pins } = run;
  const ended = only(state.steps, (id) => hasEnded(run.step(id)));
  const isOpen = (id: string) => !Object.hasOwn(ended, id);
  return {
    ...input,
    // The first execution of a scheduled run is not told its id.
    runId: run.id,
    resume: { pins: pins!, succeeded: only(input.resume?.succeeded ?? {}, isOpen), children },
    continued: {
      ended,
      reused: only(run.reused, isOpen),
      startedAt: state.startedAt,
      paused: state.status === 'paused',
    },
  };
}

export const fitsIntoInput = (input: RunInput): boolean => JSON.stringify(input).length <= maxInputLength;

const only = <T>(record: Readonly<Record<string, T>>, wanted: (id: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([id]) => wanted(id)));
