import type { Phase, Wait } from '../reasons.ts';
import { type LedgerLine, type Stretch, stepsOf, stretches } from '../run/attempts.ts';
import { stepOf } from '../run/expand-matrix.ts';
import type { Plan } from '../run/plan.ts';
import type { RunState, StepState } from '../run/run-state.ts';

/** A stretch of work of one step. Times are milliseconds since 1970. */
export interface Work {
  attempt: number;
  from: number;
  /** Until now for one under way. */
  to: number;
  host: string;
  how: NonNullable<Stretch['end']>['how'] | 'running';
  code?: string;
  message?: string;
  resumedFrom?: number;
  saved?: number;
  /** Optimizer steps that had to be trained again. */
  lost: number;
}

/** What a step does just now, or what it waits for. */
export interface Doing {
  progress?: { phase: Phase; fraction?: number | undefined };
  waitsFor?: Wait;
}

export interface TimelineStep {
  id: string;
  uses: string;
  state: StepState['state'];
  from?: number;
  to?: number;
  work: readonly Work[];
  step: StepState;
  /** The steps that it comes after. */
  needs: readonly string[];
  doing?: Doing;
}

export interface Timeline {
  from: number;
  to: number;
  steps: readonly TimelineStep[];
}

interface Happening {
  ledgers: Readonly<Record<string, readonly LedgerLine[]>>;
  /** Unknown where the plan is gone. */
  plan: Pick<Plan, 'steps'> | undefined;
  doing?: Readonly<Record<string, Doing>> | undefined;
  now: number;
}

/** Places every step and attempt of a run on one axis of time. */
export function timelineOf(state: RunState, { ledgers, plan, doing = {}, now }: Happening): Timeline {
  const end = state.endedAt ?? now;
  const steps = Object.entries(state.steps).map(([id, step]): TimelineStep => {
    const work = stretches(ledgers[id] ?? []).map((stretch) => workOf(stretch, end));
    return {
      id,
      uses: step.uses,
      state: step.state,
      ...(step.startedAt === undefined ? {} : { from: step.startedAt, to: step.endedAt ?? end }),
      work,
      step,
      needs: plan?.steps.find((planned) => planned.id === stepOf(id))?.needs ?? [],
      ...(doing[id] ? { doing: doing[id] } : {}),
    };
  });
  const times = steps.flatMap(({ from, to }) => [from ?? state.startedAt, to ?? state.startedAt]);
  return { from: Math.min(state.startedAt, ...times), to: Math.max(end, ...times), steps };
}

function workOf(stretch: Stretch, now: number): Work {
  const { end, resumedFrom, saved } = stretch;
  return {
    attempt: stretch.attempt,
    from: Date.parse(stretch.startedAt),
    to: stretch.endedAt === undefined ? now : Date.parse(stretch.endedAt),
    host: stretch.host,
    how: end?.how ?? 'running',
    ...(end?.how === 'failed' ? { code: end.code, message: end.message } : {}),
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
    ...(saved === undefined ? {} : { saved }),
    lost: stepsOf(stretch).lost,
  };
}
