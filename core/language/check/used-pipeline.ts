import type { Diagnostic } from '../diagnostic.ts';
import { hasExpression, namesIn, parseTemplate } from '../expression/parse.ts';
import { type Type, word } from '../expression/types.ts';
import type { InputOutline, Outline } from '../outline.ts';
import type { InputValues, Used } from '../reading.ts';
import { didYouMean, listKnown } from '../suggest.ts';
import type { Source } from '../yaml/source.ts';
import { show } from './describe-issue.ts';
import { checkTemplate } from './expressions.ts';
import { knownValue } from './options.ts';

/** What is known when a run is planned, before any step has made anything. */
const knownAtPlanning = ['inputs', 'matrix'];

/** Checks a step that runs a pipeline: that its file can be used, and that its inputs get what they take. */
export function checkUse(source: Source, outline: Outline, id: string, used: Used | undefined): Diagnostic[] {
  if (used && 'problem' in used)
    return [
      { code: used.code, message: `steps.${id}: ${used.problem}`, ...source.locate(['steps', id, 'uses'], 'value') },
    ];
  const { file, pipeline, with: given } = outline.steps[id]!;
  if (!pipeline?.inputs || !given) return [];
  const { inputs, needed } = pipeline;
  const prefix = ['steps', id, 'with'];
  const diagnostics = Object.entries(given).flatMap(([name, value]): Diagnostic[] => {
    if (!Object.hasOwn(inputs, name)) {
      const known = Object.keys(inputs);
      const hint = didYouMean(name, known) || listKnown('it has', known) || '; it has none';
      const message = `steps.${id}.with: ${file} has no input "${name.slice(0, 80)}"${hint}`;
      return [{ code: 'UNKNOWN_OPTION', message, ...source.locate([...prefix, name], 'key') }];
    }
    return checkValue(value, [...prefix, name], inputs[name]!, { source, outline });
  });
  const missing = needed.filter((name) => !Object.hasOwn(given, name));
  if (missing.length > 0) {
    const names = `${missing.length === 1 ? 'input' : 'inputs'} ${missing.map((name) => `"${name}"`).join(' and ')}`;
    const place = source.locate(Object.keys(given).length > 0 ? prefix : ['steps', id], 'key');
    diagnostics.push({ code: 'MISSING', message: `steps.${id}.with: ${file} needs the ${names}`, ...place });
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
  const say = (message: string, code: Diagnostic['code'] = 'BAD_VALUE'): Diagnostic[] => [
    { code, message: `${path.join('.')} ${message}`, ...source.locate(path, 'value') },
  ];
  if (typeof value !== 'string' || !hasExpression(value)) {
    const isFitting =
      typeof value === wanted || (wanted === 'unknown' && !(value !== null && typeof value === 'object'));
    return isFitting
      ? []
      : say(`must be ${word(wanted === 'unknown' ? 'string' : wanted)}, as the pipeline says, got ${show(value)}`);
  }
  const { diagnostics, type } = checkTemplate(value, path, { source, outline, step: { needs: [] } });
  if (diagnostics.length > 0) return diagnostics;
  const late = contextsOf(value).find((context) => !knownAtPlanning.includes(context));
  if (late !== undefined)
    return say(
      `cannot read \`${late}\`: what a pipeline is given is fixed when the run is planned, so it may read only \`inputs\``,
      'BAD_EXPRESSION',
    );
  return [type, wanted].includes('unknown') || type === wanted
    ? []
    : say(`needs ${word(wanted)}, as the pipeline says, but this expression is ${word(type)}`);
}

const contextsOf = (text: string) =>
  parseTemplate(text).flatMap(({ expression }) => (expression ? namesIn(expression).map(({ path }) => path[0]!) : []));

const typeOfInput = ({ type }: InputOutline): Type => (type === 'path' ? 'string' : type);

/** The values that a step gives to its pipeline, as far as they are known and fit. */
export function givenValues(outline: Outline, id: string): InputValues {
  const { pipeline, with: given = {} } = outline.steps[id]!;
  const values = Object.entries(given).flatMap(([name, value]) => {
    const input = pipeline?.inputs && Object.hasOwn(pipeline.inputs, name) ? pipeline.inputs[name] : undefined;
    const known = typeof value === 'string' && hasExpression(value) ? knownValue(value, outline)?.value : value;
    return input && typeof known === typeOfInput(input) ? [[name, known]] : [];
  });
  return Object.fromEntries(values);
}
