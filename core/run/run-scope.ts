import type { Scope } from '../language/expression/evaluate.ts';
import { jointOutcome, outcomeOf } from './conditions.ts';
import type { StepInstance } from './expand-matrix.ts';
import type { EndState } from './run-state.ts';

/** How a step ended. */
export interface Ended {
  state: EndState;
  outputs?: Readonly<Record<string, unknown>>;
}

interface RunFacts {
  inputs: Readonly<Record<string, unknown>>;
  run: { id: string; pipeline: string };
  /** Instances of the steps that have a matrix. */
  instances: ReadonlyMap<string, readonly StepInstance[]>;
  /** By id of an instance; undefined until it has ended. */
  ended: (id: string) => Ended | undefined;
  /** Whether something that the step needs has failed. */
  failure?: boolean;
}

/** Returns the values that a step's expressions read when it starts: of the steps that it needs, the inputs and its matrix. */
export function scopeOf(step: Pick<StepInstance, 'needs' | 'matrix'>, facts: RunFacts): Scope {
  return {
    inputs: facts.inputs,
    run: facts.run,
    steps: Object.fromEntries(step.needs.map((id) => [id, stepScope(id, facts)])),
    ...(step.matrix ? { matrix: step.matrix } : {}),
    failure: facts.failure === true,
  };
}

function stepScope(id: string, { instances, ended }: RunFacts): Readonly<Record<string, unknown>> {
  const all = instances.get(id);
  if (!all) {
    const own = ended(id);
    return { ...(own ? { outcome: outcomeOf(own.state) } : {}), outputs: own?.outputs ?? {} };
  }
  const known = all.map((instance) => ({ matrix: instance.matrix ?? {}, end: ended(instance.id) }));
  const states = known.flatMap(({ end }) => (end ? [end.state] : []));
  return {
    ...(states.length === known.length ? { outcome: jointOutcome(states) } : {}),
    '*': known.flatMap(({ matrix, end }) =>
      end && outcomeOf(end.state) === 'succeeded' ? [{ matrix, outputs: end.outputs ?? {} }] : [],
    ),
  };
}
