import { resolveStep } from '../../core/kinds/options/resolve-options.ts';
import { isActivityKind } from '../../core/kinds/registry.ts';
import { evaluate, fillOptions } from '../../core/language/expression/evaluate.ts';
import { parseExpression } from '../../core/language/expression/parse.ts';
import type { Reason } from '../../core/reasons.ts';
import { instancesOf, stepOf } from '../../core/run/expand-matrix.ts';
import { withDependents } from '../../core/run/run-graph.ts';
import { scopeOf } from '../../core/run/run-scope.ts';
import type { PinInput, Pins, StepResult } from '../../protocol/activities.ts';
import type { Deps } from '../engine/deps.ts';
import { depsOfRun } from '../engine/environment.ts';
import { findReusable } from '../engine/reuse/find-reusable.ts';
import { stepKey } from '../engine/reuse/key.ts';
import type { Keyed } from '../engine/reuse/keyed.ts';
import { whyItRuns } from '../engine/reuse/why-it-runs.ts';

/** Characters of JSON for reused results, which must fit into a payload of 2 MB. Later steps are decided when their turn comes. */
const maxResultCharacters = 1_200_000;

/** What of a plan can be reused, and why the rest must run. */
export interface Decided {
  reused: Record<string, StepResult>;
  because: Record<string, Reason>;
  keyed: Record<string, Keyed>;
}

export const nothingDecided: Decided = { reused: {}, because: {}, keyed: {} };

/** Walks the plan in order. A step can be decided once everything it reads is. */
export async function decideReuse(
  workerDeps: Deps,
  input: Pick<PinInput, 'plan' | 'runId' | 'rerun'>,
  pins: Pins,
): Promise<Decided> {
  const deps = depsOfRun(workerDeps, { ...input, pins });
  const { pipeline } = input.plan;
  const reused: Record<string, StepResult> = {};
  const because: Record<string, Reason> = {};
  const keyedSteps: Record<string, Keyed> = {};
  const { plan, runId } = input;
  const again = input.rerun?.from === undefined ? undefined : withDependents(plan.steps, input.rerun.from);
  const instances = new Map(plan.steps.map((step) => [step.id, instancesOf(step)]));
  const matrices = new Map(plan.steps.flatMap((step) => (step.matrix ? [[step.id, instances.get(step.id)!]] : [])));
  // A need is decided when all its variants are. Remembered, since a thousand variants may each need a thousand others.
  const decided = new Set<string>();
  let told = 0;
  for (const step of plan.steps.flatMap(({ id }) => instances.get(id)!)) {
    const isDecided = (need: string) => {
      if (!decided.has(need) && instances.get(need)!.every(({ id }) => reused[id])) decided.add(need);
      return decided.has(need);
    };
    if (!isActivityKind(step.uses) || !step.reuse || again?.has(stepOf(step.id))) continue;
    if (!step.needs.every(isDecided) || told > maxResultCharacters) continue;
    try {
      const scope = scopeOf(step, {
        inputs: plan.inputs,
        run: { id: runId, pipeline: plan.pipeline },
        instances: matrices,
        ended: (id) => (reused[id] ? { state: 'reused', outputs: reused[id].outputs } : undefined),
      });
      if (step.if !== undefined && evaluate(parseExpression(step.if), scope) !== true) continue;
      const resolved = resolveStep(step.uses, fillOptions(step.with, scope)).step;
      if (!resolved) continue;
      const asking = { runId, pipeline, step: step.id, uses: step.uses, pins };
      const keyed = await stepKey(deps, resolved, pins);
      const found = await findReusable(deps, asking, keyed);
      keyedSteps[step.id] = keyed;
      if (found.hit) reused[step.id] = found.hit;
      else because[step.id] = (await whyItRuns(deps, asking, keyed, found)).reason;
      told += JSON.stringify(found.hit ?? because[step.id]).length;
    } catch {
      // A step that cannot be decided here is decided when it is ready, and fails then with its reason.
    }
  }
  return { reused, because, keyed: keyedSteps };
}
