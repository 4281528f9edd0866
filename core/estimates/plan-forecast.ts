import type { Known } from '../checks/known.ts';
import type { Decision } from './decisions.ts';
import type { EarlierStep } from './earlier.ts';
import { forecast, type StepForecast } from './forecast.ts';

/** A step with what happens to it and what it takes. */
export type ForeseenStep = StepForecast & { uses: string; decision: Decision };

export interface PlanForecast {
  steps: readonly ForeseenStep[];
  /** Of the steps that are not reused: seconds and disk together, memory of the largest. `unknown`: steps that no figure is known of. */
  total: { seconds: number; disk: number; memory: number; device?: number; unknown: readonly string[] };
}

/** Joins what happens to each step and what it takes. A step of a pipeline within is decided when that pipeline runs. */
export function planForecast(
  known: Known,
  decisions: ReadonlyMap<string, Decision>,
  earlier: ReadonlyMap<string, EarlierStep>,
): PlanForecast {
  const estimates = forecast(known, earlier);
  const steps = known.steps.map((step, index): ForeseenStep => {
    const decision = (step.within.length === 0 && decisions.get(step.id)) || { action: 'run' as const };
    return { ...estimates[index]!, uses: step.uses, decision };
  });
  const working = steps.filter(({ decision }) => decision.action !== 'reuse' && decision.action !== 'ask');
  const sum = (of: (step: ForeseenStep) => number | undefined) =>
    working.reduce((all, each) => all + (of(each) ?? 0), 0);
  const most = (of: (step: ForeseenStep) => number | undefined) => Math.max(0, ...working.map((each) => of(each) ?? 0));
  const device = most((step) => step.device);
  return {
    steps,
    total: {
      seconds: sum((step) => step.seconds),
      disk: sum((step) => step.disk),
      memory: most((step) => step.memory),
      ...(device > 0 ? { device } : {}),
      unknown: working.filter(({ seconds, uses }) => seconds === undefined && uses !== 'pipeline').map(({ id }) => id),
    },
  };
}
