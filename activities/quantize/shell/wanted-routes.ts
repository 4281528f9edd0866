import type { Json } from '../../../core/handles.ts';
import { isRecord } from '../../../core/json.ts';
import type { StepOptions } from '../../../core/kinds/registry.ts';
import { namesIn, parseTemplate } from '../../../core/language/expression/parse.ts';
import { askedEngine, measures, typesOf } from '../../../core/quantization/types.ts';
import { expandPlan, stepOf } from '../../../core/run/expand-matrix.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { WantedRoute } from './route.ts';

/** A training and how its model will be converted, as the document says. */
export interface WantedInPlan extends WantedRoute {
  /** The training's step; one within a pipeline that runs as a step is `outer.inner`. */
  step: string;
}

/**
 * Lists how the trained models of a plan will be converted and served: for each conversion, and for each import of an adapter
 * alone, the trainings that it comes from, through the pipelines that run as steps too. What names another step's output is
 * known only when that step has ended.
 */
export function wantedRoutes(plan: Plan): WantedInPlan[] {
  const nodes = nodesOf(plan);
  const found = new Map<string, WantedInPlan>();
  for (const step of nodes)
    for (const [how, training] of endsOf(step, nodes)) {
      const trained = asTrained(training.with);
      if (!trained) continue;
      const wanted = { ...trained, ...how };
      // The variants of a matrix mostly differ in numbers that change nothing here.
      const key = JSON.stringify(wanted);
      if (!found.has(key)) found.set(key, { step: training.id, ...wanted });
    }
  return [...found.values()];
}

type HowServed = Omit<WantedRoute, 'base' | 'template' | 'thoughts'>;

/** The ways on which a step sends trained models to Ollama, each with its training. */
function endsOf(step: Node, nodes: readonly Node[]): [HowServed, Node][] {
  const trainings = () => reach(step, nodes).filter(({ uses }) => uses === 'train');
  if (step.uses === 'quantize') {
    const options = step.with as unknown as StepOptions['quantize'];
    if (JSON.stringify([options.type, options.engine]).includes('${{')) return [];
    const isServed = nodes.some(({ uses, sources }) => uses === 'import' && sources.has(step.step));
    const how = { engine: askedEngine(options), isServed };
    // Whether a model can be measured does not depend on the type.
    const measured = (index: number) => (index === 0 && measures(options) ? { isMeasured: true as const } : {});
    return typesOf(options.type).flatMap((type, index) =>
      trainings().map((training): [HowServed, Node] => [{ type, ...how, ...measured(index) }, training]),
    );
  }
  const { adapter, onto } = step.with as { adapter?: unknown; onto?: string };
  if (step.uses !== 'import' || adapter === undefined) return [];
  return trainings().flatMap((training): [HowServed, Node][] => {
    const { lora } = training.with as { lora: NonNullable<WantedRoute['adapter']>['lora'] };
    if (JSON.stringify([lora, onto]).includes('${{')) return [];
    const put = { lora, ...(onto === undefined ? {} : { onto }) };
    return [[{ type: 'f16', engine: 'llama.cpp', isServed: true, adapter: put }, training]];
  });
}

/** What of a training's options decides how its model is served; undefined if only another step knows it. */
function asTrained(options: Json): Pick<WantedRoute, 'base' | 'template' | 'thoughts'> | undefined {
  const { base, template, thoughts } = options as { base?: unknown; template?: unknown; thoughts?: unknown };
  if (typeof base !== 'string' || base.includes('${{')) return undefined;
  if (template !== undefined && (typeof template !== 'string' || template.includes('${{'))) return undefined;
  return {
    base,
    ...(template === undefined ? {} : { template }),
    ...(thoughts === 'drop' ? { thoughts } : {}),
  };
}

/** A step of the plan or of a pipeline within it. `id` and `step` begin with the steps that run those pipelines. */
interface Node {
  id: string;
  /** Without the variant. */
  step: string;
  uses: string;
  with: Json;
  /** The steps whose outputs stand in its options: what it waits for only in time says nothing of its input. */
  sources: ReadonlySet<string>;
}

const nodesOf = (plan: Plan, at = ''): Node[] =>
  expandPlan(plan).flatMap((each): Node[] => {
    if (each.plan) return nodesOf(each.plan, `${at}${each.id}.`);
    const sources = new Set(sourcesIn(each.with, plan, at));
    return [{ id: `${at}${each.id}`, step: `${at}${stepOf(each.id)}`, uses: each.uses, with: each.with, sources }];
  });

/** All steps whose outputs a step reads, directly or by way of others. */
function reach(from: Node, nodes: readonly Node[]): Node[] {
  const seen = new Set<string>();
  const visit = ({ sources }: Node) => {
    for (const node of nodes) {
      if (!sources.has(node.step) || seen.has(node.id)) continue;
      seen.add(node.id);
      visit(node);
    }
  };
  visit(from);
  return nodes.filter(({ id }) => seen.has(id));
}

/** The steps whose outputs a value reads. An output of a pipeline that runs as a step is read where its document takes it from. */
function sourcesIn(value: unknown, plan: Plan, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => sourcesIn(each, plan, at));
  if (isRecord(value)) return Object.values(value).flatMap((each) => sourcesIn(each, plan, at));
  if (typeof value !== 'string' || !value.includes('${{')) return [];
  return parseTemplate(value)
    .flatMap(({ expression }) => (expression ? namesIn(expression) : []))
    .flatMap(({ path: [context, step, , output] }) => {
      if (context !== 'steps' || !step) return [];
      const inner = plan.steps.find(({ id }) => id === step)?.plan;
      return inner ? sourcesIn(inner.outputs?.[`${output}`], inner, `${at}${step}.`) : [`${at}${step}`];
    });
}
