import { isHubRows } from '../../kinds/options/hub-rows.ts';
import type { Plan } from '../../run/plan.ts';
import { type Checked, checkAll, isBroken, readFrom } from '../check/document.ts';
import type { ReasonOf } from '../coded-reason.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { InputType, PipelineDocument } from '../document.ts';
import type { InputFacts } from '../problems.ts';
import type { PathRules } from '../reading.ts';
import { suggest } from '../spelling/suggest.ts';
import { defaultsOf, planDocument } from './plan-document.ts';

export { checkDocument } from '../check/document.ts';

export type InputProblem = ReasonOf<InputFacts>;

export interface Planned extends Checked {
  plan?: Plan;
  /** Mistakes of the values given for inputs. */
  inputProblems: InputProblem[];
}

/** The plan must fit into a run's history. UTF-16 units, each up to three bytes there. */
const maxPlanLength = 500_000;

/** Plans a YAML text with input values, or finds every mistake in them. Starts nothing, and reads files only by `rules.open`. */
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
  const plan = planDocument(read, { path, values, rules, unknown: 'fail' });
  if (checked.used.length > 0 && JSON.stringify(plan).length > maxPlanLength) {
    const place = read.source.locate(['steps'], 'key');
    const tooLarge: Diagnostic = { code: 'TOO_MANY_STEPS', reason: 'plan-too-large', facts: {}, ...place };
    return { ...checked, diagnostics: [tooLarge], inputProblems: [] };
  }
  return { ...checked, plan, inputProblems: [] };
}

/**
 * Plans a document alone, with its defaults, for the checks that need a plan. Options that read an input without a
 * default keep their expression. No run can carry it out.
 */
export function sketchPlan(text: string, path: string, rules: PathRules): Checked & { plan?: Plan } {
  const read = readFrom(text, path, rules);
  const checked = checkAll(read);
  if (!read.document || isBroken(checked)) return checked;
  const values = defaultsOf(read.document, rules);
  return { ...checked, plan: planDocument(read, { path, values, rules, unknown: 'leave' }) };
}

function readInputs(document: PipelineDocument, given: Readonly<Record<string, string>>, rules: PathRules) {
  const values: Record<string, string | number | boolean> = {};
  const problems: InputProblem[] = [];
  const known = Object.keys(document.inputs);
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      problems.push({ reason: 'unknown-input', facts: { input: name, ...suggest(name, known) } });
  }
  for (const [name, input] of Object.entries(document.inputs)) {
    const text = Object.hasOwn(given, name) ? given[name] : undefined;
    if (text !== undefined) {
      const value = convert(text, input.type);
      if (value === undefined)
        problems.push({ reason: 'wrong-type', facts: { input: name, type: input.type, got: text } });
      else values[name] = input.type === 'path' && !isHubRows(text) ? rules.fromShell(text) : value;
    } else if (input.default !== undefined) {
      values[name] = defaultsOf(document, rules)[name]!;
    } else problems.push({ reason: 'missing-input', facts: { input: name } });
  }
  return { values, problems };
}

function convert(text: string, type: InputType): string | number | boolean | undefined {
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}
