import { isRecord } from '../../../core/json.ts';
import { namesIn, parseTemplate } from '../../../core/language/expression/parse.ts';
import { expandPlan, type StepInstance, stepOf } from '../../../core/run/expand-matrix.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { WantedRoute } from './route.ts';

/** A training and how its model will be converted, as the document says. */
export interface WantedInPlan extends WantedRoute {
  /** The training's step. */
  step: string;
}

/**
 * Lists how the trained models of a plan will be converted and served: for each conversion, the trainings that its model
 * comes from. What names another step's output is known only when that step has ended.
 */
export function wantedRoutes(plan: Plan): WantedInPlan[] {
  const steps = expandPlan(plan);
  const sources = new Map(steps.map((step) => [step.id, sourcesOf(step)]));
  const found = new Map<string, WantedInPlan>();
  for (const conversion of steps.filter(({ uses }) => uses === 'quantize')) {
    const { type, engine } = conversion.with as { type: string; engine: WantedRoute['engine'] };
    if (`${type}${engine}`.includes('${{')) continue;
    const upstream = reach(conversion, steps, sources);
    const isServed = steps.some(({ id, uses }) => uses === 'import' && sources.get(id)!.has(stepOf(conversion.id)));
    for (const training of upstream.filter(({ uses }) => uses === 'train')) {
      const { base, template } = training.with as { base?: unknown; template?: unknown };
      if (typeof base !== 'string' || base.includes('${{')) continue;
      if (template !== undefined && (typeof template !== 'string' || template.includes('${{'))) continue;
      const wanted = { base, ...(template === undefined ? {} : { template }), type, engine, isServed };
      // The variants of a matrix mostly differ in numbers that change nothing here.
      const key = JSON.stringify(wanted);
      if (!found.has(key)) found.set(key, { step: training.id, ...wanted });
    }
  }
  const inner = plan.steps.flatMap((step) => (step.plan ? wantedRoutes(step.plan) : []));
  return [...found.values(), ...inner];
}

/** All steps whose outputs a step reads, directly or by way of others. */
function reach(
  from: StepInstance,
  steps: readonly StepInstance[],
  sources: ReadonlyMap<string, ReadonlySet<string>>,
): StepInstance[] {
  const seen = new Set<string>();
  const visit = (id: string) => {
    for (const source of sources.get(id)!)
      for (const step of steps.filter((each) => stepOf(each.id) === source && !seen.has(each.id))) {
        seen.add(step.id);
        visit(step.id);
      }
  };
  visit(from.id);
  return steps.filter(({ id }) => seen.has(id));
}

/** The steps whose outputs stand in a step's options: what it waits for only in time says nothing of its input. */
function sourcesOf(step: StepInstance): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && value.includes('${{')) {
      for (const { expression } of parseTemplate(value))
        for (const { path } of expression ? namesIn(expression) : [])
          if (path[0] === 'steps' && path[1]) found.add(path[1]);
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (isRecord(value)) Object.values(value).forEach(visit);
  };
  visit(step.with);
  return found;
}
