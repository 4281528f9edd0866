import { dependenciesOf } from './check-graph.ts';
import { type Diagnostic, renderDiagnostics } from './diagnostic.ts';
import { type InputType, type PipelineDocument, retrySchema } from './document.ts';
import { fillOptions } from './evaluate-expression.ts';
import { hasExpression } from './expression.ts';
import type { Json } from './handles.ts';
import { isLocalBase, markedValues, withValue } from './option-marks.ts';
import { type Outline, outlineOf } from './outline.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { readPipeline } from './source.ts';
import { usesDevice } from './steps.ts';
import { didYouMean, listKnown } from './suggest.ts';
import type { Source } from './yaml-source.ts';

/** Where relative paths start: those in the document at its folder, those on the command line at the shell's. */
export interface PathRules {
  fromDocument: (path: string) => string;
  fromShell: (path: string) => string;
}

export interface Planned {
  plan?: Plan;
  source: Source;
  document?: PipelineDocument;
  /** Mistakes of the document, with places. */
  diagnostics: Diagnostic[];
  /** Mistakes of the given inputs, one line each. */
  inputProblems: string[];
}

/** YAML text and input values → plan, or everything that is wrong with them. Starts nothing, reads no file. */
export function makePlan(
  text: string,
  path: string,
  given: Readonly<Record<string, string>>,
  rules: PathRules,
): Planned {
  const { source, document, check } = readPipeline(text);
  if (!document) return { source, diagnostics: check(), inputProblems: [] };
  const { values, problems } = readInputs(document, given, rules);
  const diagnostics = check(values);
  if (diagnostics.length > 0 || problems.length > 0) return { source, document, diagnostics, inputProblems: problems };
  const outline = outlineOf(source.value);
  const steps = inOrder(outline).map((id) => planStep(id, { document, outline, values, rules }));
  return {
    plan: {
      version: 1,
      pipeline: document.name,
      inputs: values,
      steps,
      ...(document.keep ? { keep: document.keep } : {}),
      ...(document.on_failure ? { on_failure: document.on_failure } : {}),
      document: { path, text },
    },
    source,
    document,
    diagnostics: [],
    inputProblems: [],
  };
}

/** The text a person sees for a document or inputs that cannot be planned. */
export function renderProblems(planned: Planned, file: string): string {
  const inputs = planned.inputProblems.map((problem) => `${problem}\n`).join('');
  return planned.diagnostics.length > 0
    ? `${inputs}${renderDiagnostics(planned.diagnostics, planned.source.text, file)}`
    : inputs;
}

/** Checks a document alone, with its defaults: an input without one is no mistake. */
export function checkDocument(text: string): {
  source: Source;
  document?: PipelineDocument;
  diagnostics: Diagnostic[];
} {
  const { source, document, check } = readPipeline(text);
  return { source, ...(document ? { document } : {}), diagnostics: check() };
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
      values[name] = input.type === 'path' ? rules.fromDocument(String(input.default)) : input.default;
    } else problems.push(`input "${name}" has no default; give it with --input ${name}=…`);
  }
  return { values, problems };
}

function convert(text: string, type: InputType): string | number | boolean | undefined {
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}

interface Planning {
  document: PipelineDocument;
  outline: Outline;
  values: Readonly<Record<string, unknown>>;
  rules: PathRules;
}

function planStep(id: string, { document, outline, values, rules }: Planning): PlannedStep {
  const step = document.steps[id]!;
  const filled = fillOptions((step.with ?? {}) as Json, { inputs: values }, ['steps', 'secrets', 'run'], {
    again: true,
  });
  const gpu = step.resources?.gpu;
  return {
    id,
    uses: step.uses,
    with: markedValues(step.uses, filled).reduce((options, { mark, path, value }) => {
      const isPath = (mark === 'path' || (mark === 'base' && isLocalBase(value))) && !hasExpression(value);
      return isPath ? withValue(options, path, rules.fromDocument(value)) : options;
    }, filled),
    needs: dependenciesOf(outline.steps[id]!),
    ...(step.if === undefined ? {} : { if: String(step.if) }),
    retry: step.retry ?? retrySchema.parse({}),
    queue: (gpu === undefined ? usesDevice[step.uses] : gpu > 0) ? 'gpu' : 'cpu',
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
