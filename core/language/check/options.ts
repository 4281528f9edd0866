import { type ArtifactKind, artifactKinds, type Json } from '../../handles.ts';
import { isRecord, looksLikeHandle, mapLeaves } from '../../json.ts';
import { definitionOf, stepOptions } from '../../kinds/registry.ts';
import { type Diagnostic, identityOf } from '../diagnostic.ts';
import { fillTemplate } from '../expression/evaluate.ts';
import { ExpressionError, hasExpression, namesIn, parseTemplate } from '../expression/parse.ts';
import { isList, itemOf, type Type } from '../expression/types.ts';
import type { Variant } from '../matrix.ts';
import type { Outline, StepOutline } from '../outline.ts';
import type { Problem } from '../problems.ts';
import type { Source } from '../yaml/source.ts';
import { diagnosticAt } from './diagnostic-at.ts';
import { explainIssues, onlyOwnRules, valueAt } from './explain-issues.ts';
import { checkTemplate } from './expressions.ts';
import { type JsonSchema, jsonSchemaOf, schemaAt, wantedOf } from './json-schema.ts';
import type { Parsed } from './parsed.ts';

/** Of one step. */
const maxDiagnostics = 50;

/**
 * Checks a step's options against its kind. An expression whose inputs are known is checked by its value. Any other is
 * replaced by a value of its static type, so that "text where a number belongs" is found before anything runs.
 */
export function checkOptions(source: Source, outline: Outline, id: string): Diagnostic[] {
  const step = outline.steps[id]!;
  if (!step.with) return [];
  const prefix = ['steps', id, 'with'];
  const diagnostics: Diagnostic[] = [];
  const templates = new Map<string, Template>();
  mapLeaves(step.with as Json, (leaf, path) => {
    if (looksLikeHandle(leaf)) {
      const problem: Problem = { code: 'BAD_VALUE', reason: 'artifact-written-out', facts: {} };
      diagnostics.push(diagnosticAt(source, [...prefix, ...path], 'value', problem));
      templates.set(path.join('\0'), { type: 'unknown', isSound: false });
      return leaf as unknown as Json;
    }
    if (typeof leaf !== 'string' || !hasExpression(leaf) || diagnostics.length > maxDiagnostics) return leaf;
    const { diagnostics: own, type } = checkTemplate(leaf, [...prefix, ...path], { source, outline, step });
    diagnostics.push(...own);
    templates.set(path.join('\0'), { type, isSound: own.length === 0 });
    return leaf;
  });
  if (!step.uses) return diagnostics;
  const { variants = [] } = step.matrix ?? {};
  for (const variant of variants.length === 0 ? [undefined] : variants) {
    if (diagnostics.length > maxDiagnostics) break;
    // A mistake of all variants is reported once.
    const known = new Set(diagnostics.map(identityOf));
    const own = checkValues({ source, outline, id, step, templates, variant });
    diagnostics.push(...own.filter((each) => !known.has(identityOf(each))));
  }
  // A misspelled option looks like a missing one.
  if (diagnostics.some(({ reason }) => reason === 'unknown-option')) return diagnostics;
  const wrong = definitionOf(step.uses)?.checkTogether?.(step.with);
  if (wrong === undefined) return diagnostics;
  const problem: Problem = { code: 'BAD_VALUE', reason: wrong, facts: {} };
  const option = firstOption[wrong];
  const place = option === undefined ? prefix : [...prefix, option];
  return [...diagnostics, { ...diagnosticAt(source, place, 'key', problem), path: prefix }];
}

/** The option that a rule of several options is about, where one of them is always written. */
const firstOption: Partial<Record<string, string>> = {
  'engine-makes-one-type': 'engine',
  'types-without-bound': 'type',
  'nothing-to-measure': 'type',
  'onto-without-adapter': 'onto',
  'samples-without-temperature': 'samples',
  'documents-without-writer': 'from',
  'documents-of-rows': 'documents',
  'judge-without-model': 'metric',
};

/** A string of the options that holds an expression. */
interface Template {
  type: Type;
  isSound: boolean;
}

interface OptionsOfStep {
  source: Source;
  outline: Outline;
  id: string;
  step: StepOutline;
  /** By path, joined. */
  templates: ReadonlyMap<string, Template>;
  variant: Variant | undefined;
}

/** Checks the options with every expression replaced by its value, or where that is unknown by one of its type. */
function checkValues({ source, outline, id, step, templates, variant }: OptionsOfStep): Diagnostic[] {
  const prefix = ['steps', id, 'with'];
  const kind = step.uses!;
  const replaced = new Map<string, Type>();
  const fromMatrix = new Map<string, string>();
  const filled = mapLeaves(step.with as Json, (leaf, path) => {
    const key = path.join('\0');
    const template = templates.get(key);
    if (!template) return leaf;
    // Where no value of the type can fit, the mistake is reported once, at the option.
    const schema = variant && template.type !== 'unknown' ? schemaAt(jsonSchemaOf(kind), path) : undefined;
    const mayFit = schema === undefined || takes(schema, template.type);
    const known =
      template.isSound && mayFit && typeof leaf === 'string' ? knownValue(leaf, outline, variant) : undefined;
    if (known?.matrixKey !== undefined) fromMatrix.set(key, known.matrixKey);
    if (known) return known.value;
    replaced.set(key, template.type);
    return looksLikeHandle(leaf) ? (leaf as unknown as Json) : standIn(template.type);
  });

  const beside = valueAt(source.value, ['steps', id]);
  const parsed: Parsed = {
    source,
    prefix,
    value: filled,
    kind,
    // Made on demand: a document without mistakes needs none.
    get schema() {
      return jsonSchemaOf(kind);
    },
    misplaced: isRecord(beside) ? Object.keys(beside) : [],
  };
  const issues = stepOptions[kind].safeParse(filled, onlyOwnRules).error?.issues ?? [];
  const within = (known: ReadonlyMap<string, unknown>, path: readonly PropertyKey[]) =>
    path.map((_, length) => path.slice(0, length + 1).join('\0')).find((part) => known.has(part));
  const sound = issues.filter((issue) => within(replaced, issue.path) === undefined);
  const diagnostics = explainIssues(
    sound.filter((issue) => within(fromMatrix, issue.path) === undefined),
    parsed,
  );
  for (const issue of sound) {
    const key = within(fromMatrix, issue.path);
    if (key === undefined || !variant) continue;
    const place = variant.places[fromMatrix.get(key)!] ?? [];
    const at = source.locate(['steps', id, 'matrix', ...place], 'value');
    // Placed at the value in the matrix, so that it is reported once for all variants that have it.
    diagnostics.push(...explainIssues([issue], parsed).map((each) => ({ ...each, ...at })));
  }
  for (const path of new Set(issues.map((issue) => within(replaced, issue.path)))) {
    if (path === undefined) continue;
    const type = replaced.get(path)!;
    const steps = indexed(path.split('\0'), filled);
    const schema = schemaAt(parsed.schema, steps);
    if (type === 'unknown' || schema === undefined || takes(schema, type)) continue;
    const asText = type === 'number' && takes(schema, 'string') ? { asText: true as const } : {};
    const facts = { wanted: wantedOf(schema), actual: type, ...asText };
    const problem: Problem = { code: 'BAD_VALUE', reason: 'wrong-expression-type', facts };
    diagnostics.push(diagnosticAt(source, [...prefix, ...steps], 'value', problem));
  }
  return diagnostics;
}

/**
 * Evaluates a string that reads only inputs and the matrix, all with known values; also returns a matrix key that it reads.
 * Undefined where a value is unknown, or an expression is broken, which is reported where expressions are checked.
 */
export function knownValue(
  text: string,
  outline: Outline,
  variant?: Variant,
): { value: Json; matrixKey?: string } | undefined {
  try {
    const names = parseTemplate(text).flatMap((part) => (part.expression ? namesIn(part.expression) : []));
    const inputs: Record<string, Json> = {};
    let matrixKey: string | undefined;
    for (const { path } of names) {
      const isMatrix = path[0] === 'matrix' && variant !== undefined && Object.hasOwn(variant.values, path[1]!);
      if (isMatrix) matrixKey ??= path[1];
      const value = path[0] === 'inputs' ? outline.inputs?.[path[1]!]?.value : undefined;
      if (value === undefined && !isMatrix) return undefined;
      if (value !== undefined) inputs[path[1]!] = value;
    }
    const value = fillTemplate(text, { inputs, matrix: variant?.values ?? {} }) as Json;
    return { value, ...(matrixKey === undefined ? {} : { matrixKey }) };
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function standIn(type: Type): Json {
  if (isList(type)) return [standIn(itemOf(type))];
  if ((artifactKinds as readonly string[]).includes(type))
    return { uri: 'artifact:example', digest: 'sha256:0', size: 0, kind: type as ArtifactKind };
  return type === 'number' ? 1 : type === 'boolean' ? true : type === 'null' ? null : 'text';
}

/** Whether some value of the type fits the schema. */
function takes(schema: JsonSchema, type: Type): boolean {
  if (schema.anyOf) return schema.anyOf.some((member) => takes(member, type));
  if (isList(type)) return schema.type === 'array' && takes(schema.items ?? {}, itemOf(type));
  if (schema.artifact !== undefined) return schema.artifact === type || schema.artifact === 'any';
  const types = [schema.type].flat();
  return type === 'number' ? types.includes('number') || types.includes('integer') : types.includes(type);
}

/** Turns the indexes of lists in a path into numbers. */
const indexed = (path: readonly string[], value: unknown): (string | number)[] => {
  let current = value;
  return path.map((key) => {
    const step = Array.isArray(current) ? Number(key) : key;
    current = (current as Record<string | number, unknown> | undefined)?.[step];
    return step;
  });
};
