import type { Json } from '../../handles.ts';
import { isHubRows } from '../../kinds/options/hub-rows.ts';
import { type Plan, type PlannedStep, planVersion } from '../../run/schemas/plan.ts';
import { dependenciesOf } from '../check/graph.ts';
import { keepSchema, type PipelineDocument, retrySchema } from '../document.ts';
import { fillOptions } from '../expression/evaluate.ts';
import { hasExpression } from '../expression/parse.ts';
import { type Outline, withInputs } from '../outline.ts';
import type { InputValues, PathRules, Read } from '../reading.ts';
import { withExams } from './exams.ts';
import { type Planning, planStep } from './plan-step.ts';

/** A sound document. All of its inputs have values, or options that read the others are left as they are. */
export function planDocument(
  read: Read,
  from: { path: string; values: InputValues; rules: PathRules; unknown: Planning['unknown'] },
): Plan {
  const document = read.document!;
  const { path, values, rules, unknown } = from;
  const outline = withInputs(read.outline!, values);
  const planning = { document, outline, values, fromDocument: rules.fromDocument, unknown };
  const steps = inOrder(outline).map((id) =>
    outline.steps[id]!.file === undefined ? planStep(id, planning) : planUse(id, read, planning),
  );
  const how = { again: true, unknown };
  const outputs = fillOptions((document.outputs ?? {}) as Json, { inputs: values }, ['steps', 'run'], how);
  return {
    version: planVersion,
    pipeline: document.name,
    inputs: values,
    steps: withExams(steps),
    keep: document.keep ?? keepSchema.parse({}),
    on_step_failure: document.on_step_failure,
    ...(document.on_failure ? { on_failure: document.on_failure } : {}),
    ...(document.on_waiting ? { on_waiting: document.on_waiting } : {}),
    ...(document.outputs ? { outputs: outputs as Record<string, Json> } : {}),
    document: { path, text: read.source.text },
  };
}

/** A step that runs a pipeline: its inputs are fixed here, its paths start at its own folder. */
function planUse(id: string, read: Read, { outline, values, fromDocument, unknown }: Planning): PlannedStep {
  const step = read.document!.steps[id]!;
  const used = read.used.get(id)!;
  // Not reached: the check of the document has reported it.
  if (!('read' in used)) throw new Error(`steps.${id}: ${used.problem.reason}`);
  const inner = used.read.document!;
  const filled = fillOptions((step.with ?? {}) as Json, { inputs: values }, [], { unknown }) as InputValues;
  const given = unknown === 'fail' ? filled : withoutExpressions(filled);
  const isPath = (name: string) => inner.inputs[name]?.type === 'path';
  const own = Object.entries(given).map(([name, value]) => [name, isPath(name) ? fromDocument(String(value)) : value]);
  const passed = Object.fromEntries(own) as InputValues;
  const all = { ...defaultsOf(inner, used.opened.rules), ...passed };
  return {
    id,
    uses: 'pipeline',
    executor: 'pipeline',
    with: passed as Json,
    plan: planDocument(used.read, { path: used.opened.path, values: all, rules: used.opened.rules, unknown }),
    needs: dependenciesOf(outline.steps[id]!),
    ...(step.if === undefined ? {} : { if: String(step.if) }),
    ...(step.continue_on_error ? { continue_on_error: true } : {}),
    retry: retrySchema.parse({}),
    queue: 'cpu',
    reuse: step.reuse,
  };
}

const withoutExpressions = (values: InputValues): InputValues =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value !== 'string' || !hasExpression(value)));

/** Values of the inputs that have a default. */
export function defaultsOf({ inputs }: PipelineDocument, rules: PathRules): InputValues {
  const values = Object.entries(inputs).flatMap(([name, { type, default: value }]) =>
    value === undefined
      ? []
      : [[name, type === 'path' && !isHubRows(value) ? rules.fromDocument(String(value)) : value]],
  );
  return Object.fromEntries(values);
}

/** Topological, otherwise in the order of the file, so that a plan reads like its document. */
function inOrder(outline: Outline): string[] {
  const ordered = new Set<string>();
  const visit = (id: string): void => {
    if (ordered.has(id)) return;
    for (const need of dependenciesOf(outline.steps[id]!)) visit(need);
    ordered.add(id);
  };
  for (const id of Object.keys(outline.steps)) visit(id);
  return [...ordered];
}
