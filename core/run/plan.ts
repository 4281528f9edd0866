import type { Plan, PlannedStep } from './schemas/plan.ts';

export type { Plan, PlannedExam, PlannedMatrix, PlannedStep } from './schemas/plan.ts';

/** Lists the steps of a plan and of all pipelines within it. */
export const stepsWithin = (plan: Plan): PlannedStep[] =>
  plan.steps.flatMap((step) => [step, ...(step.plan ? stepsWithin(step.plan) : [])]);
