import type { Plan } from '../../run/plan.ts';
import { type Checked, checkAll, isBroken, problemsByFile, readFrom } from '../check/document.ts';
import { type Diagnostic, renderDiagnostics } from '../diagnostic.ts';
import type { InputType, PipelineDocument } from '../document.ts';
import type { PathRules } from '../reading.ts';
import { didYouMean, listKnown } from '../suggest.ts';
import { defaultsOf, planDocument } from './plan-document.ts';

export { checkDocument } from '../check/document.ts';

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

function convert(text: string, type: InputType): string | number | boolean | undefined {
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}
