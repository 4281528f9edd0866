import { type Checked, checkAll, isBroken, problemsByFile, readFrom } from './check-document.ts';
import { dependenciesOf } from './check-graph.ts';
import { type Diagnostic, renderDiagnostics } from './diagnostic.ts';
import { type InputType, type PipelineDocument, retrySchema } from './document.ts';
import { fillOptions } from './evaluate-expression.ts';
import { hasExpression } from './expression.ts';
import type { Json } from './handles.ts';
import { isLocalBase, markedValues, withValue } from './option-marks.ts';
import { type Outline, withInputs } from './outline.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { InputValues, Read } from './source.ts';
import { type StepKind, usesDevice } from './steps.ts';
import { didYouMean, listKnown } from './suggest.ts';
import type { PathRules } from './used-pipelines.ts';

export { checkDocument } from './check-document.ts';

export interface Planned extends Checked {
  plan?: Plan;
  /** Mistakes of the given inputs, one line each. */
  inputProblems: string[];
}

/** A run's history must hold the plan; UTF-16 units, each up to three bytes there. */
const largestPlan = 500_000;

/** YAML text and input values → plan, or everything that is wrong with them. Starts nothing, reads no file but by `rules.open`. */
export function makePlan(
  text: string,
  path: string,
  given: Readonly<Record<string, string>>,
  rules: PathRules,
): Planned {
  const read = readFrom(text, path, rules);
  if (!read.document) return { ...checkAll(read), inputProblems: [] };
  const { values, problems } = readInputs(read.document, given, rules);
  const checked = checkAll(read, values);
  if (isBroken(checked) || problems.length > 0) return { ...checked, inputProblems: problems };
  const plan = planDocument(read, { path, values, rules });
  if (checked.used.length > 0 && JSON.stringify(plan).length > largestPlan) {
    const message = 'with the pipelines that its steps run, this pipeline is larger than a run can hold';
    const tooLarge: Diagnostic = { code: 'TOO_MANY_STEPS', message, ...read.source.locate(['steps'], 'key') };
    return { ...checked, diagnostics: [tooLarge], inputProblems: [] };
  }
  return { ...checked, plan, inputProblems: [] };
}

/** The text a person sees for a document or inputs that cannot be planned. */
export function renderProblems(planned: Checked & { inputProblems?: string[] }, file: string): string {
  const inputs = (planned.inputProblems ?? []).map((problem) => `${problem}\n`).join('');
  const files = problemsByFile(planned, file).map((each) =>
    renderDiagnostics(each.diagnostics, each.source.text, each.file),
  );
  return inputs + files.join('\n');
}

/** A sound document, all of whose inputs have values. */
function planDocument(read: Read, from: { path: string; values: InputValues; rules: PathRules }): Plan {
  const document = read.document!;
  const { path, values, rules } = from;
  const outline = withInputs(read.outline!, values);
  const steps = inOrder(outline).map((id) => planStep(id, { read, outline, values, rules }));
  const outputs = fillOptions((document.outputs ?? {}) as Json, { inputs: values }, ['steps', 'run'], { again: true });
  return {
    version: 1,
    pipeline: document.name,
    inputs: values,
    steps,
    ...(document.keep ? { keep: document.keep } : {}),
    ...(document.on_step_failure === 'wait' ? { onStepFailure: 'wait' } : {}),
    ...(document.outputs ? { outputs: outputs as Record<string, Json> } : {}),
    document: { path, text: read.source.text },
  };
}

function readInputs(document: PipelineDocument, given: Readonly<Record<string, string>>, rules: PathRules) {
  const values: Record<string, string | number | boolean> = {};
  const problems: string[] = [];
  const known = Object.keys(document.inputs);
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      problems.push(
        `--input ${name}: this pipeline has no such input${didYouMean(name, known) || listKnown('it has', known) || '; it has none'}`,
      );
  }
  for (const [name, input] of Object.entries(document.inputs)) {
    const text = Object.hasOwn(given, name) ? given[name] : undefined;
    if (text !== undefined) {
      const value = convert(text, input.type);
      if (value === undefined)
        problems.push(
          `--input ${name}: must be ${input.type === 'boolean' ? 'true or false' : `a ${input.type}`}, got "${text}"`,
        );
      else values[name] = input.type === 'path' ? rules.fromShell(text) : value;
    } else if (input.default !== undefined) {
      values[name] = defaultsOf(document, rules)[name]!;
    } else problems.push(`input "${name}" has no default; give it with --input ${name}=…`);
  }
  return { values, problems };
}

function defaultsOf({ inputs }: PipelineDocument, rules: PathRules): InputValues {
  const values = Object.entries(inputs).flatMap(([name, { type, default: value }]) =>
    value === undefined ? [] : [[name, type === 'path' ? rules.fromDocument(String(value)) : value]],
  );
  return Object.fromEntries(values);
}

function convert(text: string, type: InputType): string | number | boolean | undefined {
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}

interface Planning {
  read: Read;
  outline: Outline;
  values: InputValues;
  rules: PathRules;
}

function planStep(id: string, planning: Planning): PlannedStep {
  const { read, outline, values, rules } = planning;
  const step = read.document!.steps[id]!;
  if (outline.steps[id]!.file !== undefined) return planUse(id, planning);
  const uses = step.uses as StepKind;
  const filled = fillOptions((step.with ?? {}) as Json, { inputs: values }, ['steps', 'secrets', 'run'], {
    again: true,
  });
  const gpu = step.resources?.gpu;
  return {
    id,
    uses,
    with: markedValues(uses, filled).reduce((options, { mark, path, value }) => {
      const isPath = (mark === 'path' || (mark === 'base' && isLocalBase(value))) && !hasExpression(value);
      return isPath ? withValue(options, path, rules.fromDocument(value)) : options;
    }, filled),
    needs: dependenciesOf(outline.steps[id]!),
    ...(step.if === undefined ? {} : { if: String(step.if) }),
    retry: step.retry ?? retrySchema.parse({}),
    queue: (gpu === undefined ? usesDevice[uses] : gpu > 0) ? 'gpu' : 'cpu',
    reuse: step.reuse,
  };
}

/** A step that runs a pipeline: its inputs are fixed here, its paths start at its own folder. */
function planUse(id: string, { read, outline, values, rules }: Planning): PlannedStep {
  const step = read.document!.steps[id]!;
  const used = read.used.get(id)!;
  if (!('read' in used)) throw new Error(`steps.${id}: ${used.problem}`); // told as a diagnostic before
  const inner = used.read.document!;
  const given = fillOptions((step.with ?? {}) as Json, { inputs: values }, []) as InputValues;
  const isPath = (name: string) => inner.inputs[name]?.type === 'path';
  const own = Object.entries(given).map(([name, value]) => [
    name,
    isPath(name) ? rules.fromDocument(String(value)) : value,
  ]);
  const passed = Object.fromEntries(own) as InputValues;
  const all = { ...defaultsOf(inner, used.opened.rules), ...passed };
  return {
    id,
    uses: 'pipeline',
    with: passed as Json,
    plan: planDocument(used.read, { path: used.opened.path, values: all, rules: used.opened.rules }),
    needs: dependenciesOf(outline.steps[id]!),
    ...(step.if === undefined ? {} : { if: String(step.if) }),
    retry: retrySchema.parse({}),
    queue: 'cpu',
    reuse: step.reuse,
  };
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
