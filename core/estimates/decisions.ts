import { definitionOf } from '../kinds/registry.ts';
import type { Reason } from '../reasons.ts';
import { expandPlan, type StepInstance, stepOf } from '../run/expand-matrix.ts';
import type { Plan } from '../run/plan.ts';

/** What will happen to a step, as far as it is known before the run, and why. */
export type Decision =
  | { action: 'reuse' | 'run'; because?: Reason }
  /** A step that it needs runs. What it reads may come out equal, and then it is reused. */
  | { action: 'after'; steps: readonly string[] }
  /** Its condition reads a step that runs. */
  | { action: 'condition' }
  | { action: 'ask' }
  /** It cannot be looked at, as when Ollama does not answer. */
  | { action: 'unknown'; code: string; message: string };

/** The answer of a look at the store. */
export interface Foreseen {
  steps: Readonly<Record<string, { reused: boolean; because?: Reason }>>;
  left: Readonly<Record<string, { code: string; message: string }>>;
}

/** Decides every step of a plan, each variant by itself. Without an earlier run in this home (`undefined`) nothing is reused. */
export function decisionsOf(plan: Pick<Plan, 'steps'>, foreseen: Foreseen | undefined): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>();
  const reusedOf = (step: string) =>
    [...decisions].filter(([id]) => stepOf(id) === step).every(([, { action }]) => action === 'reuse');
  for (const step of expandPlan(plan)) decisions.set(step.id, decide(step, foreseen, reusedOf));
  return decisions;
}

function decide(step: StepInstance, foreseen: Foreseen | undefined, reusedOf: (step: string) => boolean): Decision {
  const seen = foreseen?.steps[step.id];
  if (seen) return { action: seen.reused ? 'reuse' : 'run', ...(seen.because ? { because: seen.because } : {}) };
  if (step.executor === 'person') return { action: 'ask' };
  const running = step.needs.filter((need) => !reusedOf(need));
  if (step.if !== undefined && running.length > 0) return { action: 'condition' };
  if (!step.reuse) return { action: 'run', because: { code: 'no_reuse', facts: { by: 'document' } } };
  const { reuse } = definitionOf(step.uses) ?? {};
  if (reuse === 'never') return { action: 'run', because: { code: 'never_reused', facts: { kind: step.uses } } };
  if (!foreseen) return { action: 'run', because: { code: 'first_run', facts: {} } };
  if (running.length > 0) return { action: 'after', steps: running };
  const left = foreseen.left[step.id];
  return left ? { action: 'unknown', ...left } : { action: 'run' };
}

/** Whether each step of which it is sure is reused. */
export const whatIsSure = (decisions: ReadonlyMap<string, Decision>): ReadonlyMap<string, boolean> =>
  new Map(
    [...decisions].flatMap(([id, { action }]) =>
      action === 'reuse' || action === 'run' ? [[id, action === 'reuse'] as const] : [],
    ),
  );
