import type { ActivityInterfaceFor } from '@temporalio/workflow';
import { expandPlan, type StepInstance } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Activities, Pins, StepResult } from '../../protocol/activities.ts';
import type { RunInput } from '../../protocol/run-input.ts';
import type { ChildPipelines } from '../steps/child-pipelines.ts';
import type { Healing } from '../steps/healing.ts';
import type { Matrices } from '../steps/matrices.ts';
import type { Slots } from '../steps/slots.ts';
import type { WaitingSteps } from '../steps/waiting-steps.ts';
import type { Details } from './details.ts';
import type { HistoryWatch } from './history-watch.ts';
import type { PauseGate } from './pause-gate.ts';

export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** What the parts of the workflow share. */
export interface Run {
  readonly id: string;
  readonly input: RunInput;
  readonly plan: Plan;
  readonly state: Draft<RunState>;
  /** Null until the first activity has read what the document names. */
  pins: Pins | null;
  /** What that activity found done already, by ids of instances. */
  reused: Readonly<Record<string, StepResult>>;
  /** Every instance by its id. */
  readonly steps: ReadonlyMap<string, StepInstance>;
  /** Instances of the steps that have a matrix. */
  readonly instances: ReadonlyMap<string, readonly StepInstance[]>;
  readonly gate: PauseGate;
  readonly matrices: Matrices;
  readonly slots: Readonly<Record<StepInstance['queue'], Slots>>;
  readonly history: HistoryWatch;
  readonly details: Details;
  readonly healing: Healing;
  readonly waiting: WaitingSteps;
  readonly children: ChildPipelines;
  /** Steps of the document that a rerun carries out whether or not anything has changed. */
  readonly again: ReadonlySet<string>;
  /** Light work on the host that holds the files. */
  readonly light: ActivityInterfaceFor<Activities>;
}

export function startState(id: string, input: RunInput): Draft<RunState> {
  return {
    runId: id,
    pipeline: input.plan.pipeline,
    status: input.continued?.paused ? 'paused' : 'running',
    steps: Object.fromEntries(
      expandPlan(input.plan).map((step) => [
        step.id,
        input.continued?.ended[step.id] ?? { uses: step.uses, state: 'waiting' as const },
      ]),
    ),
    startedAt: input.continued?.startedAt ?? Date.now(),
    ...(input.rerun ? { rerun: input.rerun } : {}),
  };
}
