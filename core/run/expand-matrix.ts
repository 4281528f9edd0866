import { withValue } from '../json.ts';
import type { Scalar } from '../language/matrix.ts';
import { readsOutcomes } from './conditions.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { GraphStep } from './run-graph.ts';

/** A step that a run executes: a step of the plan, or one variant of its matrix. */
export interface StepInstance extends Omit<PlannedStep, 'matrix'> {
  /** Of a variant: the step that has the matrix, and the variant's values. */
  matrixOf?: string;
  matrix?: Readonly<Record<string, Scalar>>;
}

/** Returns a step without a matrix as it is, and of one with a matrix `train@r=8`, `train@r=16`, … */
export function instancesOf({ matrix, ...step }: PlannedStep): StepInstance[] {
  if (!matrix) return [step];
  return matrix.variants.map((variant) => ({
    ...step,
    id: `${step.id}@${variant.name}`,
    with: matrix.paths.reduce((options, path, index) => withValue(options, path, variant.with[index]!), step.with),
    matrixOf: step.id,
    matrix: variant.values,
  }));
}

/** Returns all that a run executes, in the order of the plan. */
export const expandPlan = (plan: Pick<Plan, 'steps'>): StepInstance[] => plan.steps.flatMap(instancesOf);

/** Returns all that a run executes, with the steps of all pipelines within it. */
export const expandWithin = (plan: Pick<Plan, 'steps'>): StepInstance[] =>
  expandPlan(plan).flatMap((step) => [step, ...(step.plan ? expandWithin(step.plan) : [])]);

/** Returns the step of the document that an instance belongs to; ids of steps hold no `@`. */
export const stepOf = (instanceId: string): string => instanceId.split('@', 1)[0]!;

/**
 * Returns the graph of a plan. A step with a matrix is a node that joins its instances: a thousand variants that a thousand
 * others need then have two thousand edges instead of a million.
 */
export function graphOf(plan: Pick<Plan, 'steps'>): GraphStep[] {
  return plan.steps.flatMap((step): GraphStep[] => {
    const facts = {
      needs: step.needs,
      ...(step.continue_on_error ? { isForgiven: true } : {}),
      ...(step.if !== undefined && readsOutcomes(step.if) ? { decides: true } : {}),
    };
    if (!step.matrix) return [{ id: step.id, ...facts }];
    const instances = step.matrix.variants.map(({ name }) => ({ id: `${step.id}@${name}`, ...facts }));
    return [...instances, { id: step.id, needs: instances.map(({ id }) => id), joins: true }];
  });
}
