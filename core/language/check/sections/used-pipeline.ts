import type { Diagnostic } from '../../diagnostic.ts';
import { hasExpression, namesIn, parseTemplate } from '../../expression/parse.ts';
import type { Type } from '../../expression/types.ts';
import type { InputOutline, Outline } from '../../outline.ts';
import type { Problem } from '../../problems.ts';
import type { InputValues, Used } from '../../reading.ts';
import { suggest } from '../../spelling/suggest.ts';
import type { Source } from '../../yaml/source.ts';
import { diagnosticAt } from '../diagnostic-at.ts';
import { shown } from '../explain-issues.ts';
import { checkTemplate } from '../expressions.ts';
import { knownValue } from '../options.ts';

/** Contexts with values when a run is planned, before any step has run. */
const knownAtPlanning = ['inputs', 'matrix'];

/** Checks a step that runs a pipeline: that its file can be used, and that the values for its inputs fit. */
export function checkUse(source: Source, outline: Outline, id: string, used: Used | undefined): Diagnostic[] {
  if (used && 'problem' in used)
    return [{ ...used.problem, path: ['steps', id], ...source.locate(['steps', id, 'uses'], 'value') }];
  const { file, pipeline, with: given } = outline.steps[id]!;
  if (!pipeline?.inputs || !given || file === undefined) return [];
  const { inputs, needed } = pipeline;
  const path = ['steps', id, 'with'];
  const diagnostics = Object.entries(given).flatMap(([name, value]): Diagnostic[] => {
    if (Object.hasOwn(inputs, name)) return checkValue(value, [...path, name], inputs[name]!, { source, outline });
    const facts = { file, input: name, ...suggest(name, Object.keys(inputs)) };
    const place = source.locate([...path, name], 'key');
    return [{ code: 'UNKNOWN_OPTION', reason: 'unknown-pipeline-input', facts, path, ...place }];
  });
  const missing = needed.filter((name) => !Object.hasOwn(given, name));
  if (missing.length > 0) {
    const place = source.locate(Object.keys(given).length > 0 ? path : ['steps', id], 'key');
    diagnostics.push({ code: 'MISSING', reason: 'missing-inputs', facts: { file, inputs: missing }, path, ...place });
  }
  return diagnostics;
}

function checkValue(
  value: unknown,
  path: readonly string[],
  input: InputOutline,
  { source, outline }: { source: Source; outline: Outline },
): Diagnostic[] {
  const wanted = typeOfInput(input);
  const report = (problem: Problem) => [diagnosticAt(source, path, 'value', problem)];
  if (typeof value !== 'string' || !hasExpression(value)) {
    const isAny = wanted === 'unknown' && value !== null && typeof value !== 'object';
    if (typeof value === wanted || isAny) return [];
    const facts = { wanted: wanted === 'unknown' ? ('string' as const) : wanted, got: shown(value) };
    return report({ code: 'BAD_VALUE', reason: 'wrong-input', facts });
  }
  const { diagnostics, type } = checkTemplate(value, path, { source, outline, step: { needs: [] } });
  if (diagnostics.length > 0) return diagnostics;
  const late = contextsOf(value).find((context) => !knownAtPlanning.includes(context));
  if (late !== undefined) return report({ code: 'BAD_EXPRESSION', reason: 'known-too-late', facts: { context: late } });
  return [type, wanted].includes('unknown') || type === wanted
    ? []
    : report({ code: 'BAD_VALUE', reason: 'wrong-input-expression', facts: { wanted, actual: type } });
}

const contextsOf = (text: string) =>
  parseTemplate(text).flatMap(({ expression }) => (expression ? namesIn(expression).map(({ path }) => path[0]!) : []));

const typeOfInput = ({ type }: InputOutline): Type => (type === 'path' ? 'string' : type);

/** Collects the values that a step gives to its pipeline, as far as they are known and fit. */
export function givenValues(outline: Outline, id: string): InputValues {
  const { pipeline, with: given = {} } = outline.steps[id]!;
  const values = Object.entries(given).flatMap(([name, value]) => {
    const input = pipeline?.inputs && Object.hasOwn(pipeline.inputs, name) ? pipeline.inputs[name] : undefined;
    const known = typeof value === 'string' && hasExpression(value) ? knownValue(value, outline)?.value : value;
    return input && typeof known === typeOfInput(input) ? [[name, known]] : [];
  });
  return Object.fromEntries(values);
}
