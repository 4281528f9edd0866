import type { Scope } from '../../core/language/expression/evaluate.ts';
import { expandPlan, instancesOf, type StepInstance } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { withDependents } from '../../core/run/run-graph.ts';
import { scopeOf } from '../../core/run/run-scope.ts';
import { hasEnded, type RunState, type StepState } from '../../core/run/run-state.ts';
import type { Pins, StepResult } from '../../protocol/activities.ts';
import type { RunInput } from '../../protocol/run-input.ts';
import { Details } from './details.ts';
import { Searched } from './searched.ts';

/** The facts of a run and the states of its steps. The other parts of the workflow read it and write to it; it starts nothing. */
export class CurrentRun {
  readonly id: string;
  readonly input: RunInput;
  readonly plan: Plan;
  readonly state: RunState & { steps: Record<string, StepState> };
  /** Null until the first activity has read what the document names. */
  pins: Pins | null;
  /** Results that the first activity found to reuse, by ids of instances. */
  reused: Readonly<Record<string, StepResult>>;
  /** Every instance of a step by its id. */
  readonly steps: ReadonlyMap<string, StepInstance>;
  /** Steps of the document that a rerun runs whether or not anything has changed. */
  readonly rerunSteps: ReadonlySet<string>;
  readonly #instances: ReadonlyMap<string, readonly StepInstance[]>;
  readonly #details: Details;
  readonly #searched: Searched;

  constructor(id: string, input: RunInput) {
    const { plan, continued, rerun } = input;
    const steps = expandPlan(plan);
    this.id = id;
    this.input = input;
    this.plan = plan;
    this.pins = input.resume?.pins ?? null;
    this.reused = continued?.reused ?? {};
    this.steps = new Map(steps.map((step) => [step.id, step]));
    this.rerunSteps = rerun?.from === undefined ? new Set() : withDependents(plan.steps, rerun.from);
    this.#instances = new Map(plan.steps.flatMap((step) => (step.matrix ? [[step.id, instancesOf(step)]] : [])));
    this.state = {
      runId: id,
      pipeline: plan.pipeline,
      status: continued?.paused ? 'paused' : 'running',
      steps: Object.fromEntries(
        steps.map(({ id, uses }) => [id, continued?.ended[id] ?? ({ uses, state: 'waiting' } as const)]),
      ),
      startedAt: continued?.startedAt ?? Date.now(),
      ...(rerun ? { rerun } : {}),
    };
    this.#details = new Details(this.state);
    this.#searched = new Searched(input.searchable ?? [], continued ? undefined : 'running');
  }

  step(id: string): StepState {
    return this.state.steps[id]!;
  }

  /** Writes a step's new state. `isUrgent`: Temporal's page must show it at once, however large the run is. */
  write(id: string, step: StepState, { isUrgent = false } = {}): void {
    this.state.steps[id] = step;
    this.#details.show({ isUrgent });
    this.#searched.noteStep(id, step, this.state.status);
  }

  writeStatus(status: RunState['status']): void {
    this.state.status = status;
    this.#details.show({ isUrgent: true });
    this.#searched.noteStatus(status);
  }

  /** Returns what the expressions of a step may read now. `failure`: whether something that it needs has failed. */
  scopeFor(step: Pick<StepInstance, 'needs' | 'matrix'>, failure = false): Scope {
    return scopeOf(step, {
      inputs: this.plan.inputs,
      run: { id: this.id, pipeline: this.plan.pipeline },
      instances: this.#instances,
      ended: (id) => {
        const known = this.state.steps[id];
        if (known && hasEnded(known)) return known;
        // A step that runs again has succeeded before.
        return known?.outputs ? { outputs: known.outputs, state: 'succeeded' } : undefined;
      },
      failure,
    });
  }
}
