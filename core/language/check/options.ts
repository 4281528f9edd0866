import { type ArtifactKind, artifactKinds, type Json } from '../../handles.ts';
import { isRecord, looksLikeHandle, mapLeaves } from '../../json.ts';
import { stepOptions } from '../../kinds/registry.ts';
import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { fillTemplate } from '../expression/evaluate.ts';
import { ExpressionError, hasExpression, namesIn, parseTemplate } from '../expression/parse.ts';
import { isList, itemOf, type Type, word } from '../expression/types.ts';
import type { Variant } from '../matrix.ts';
import type { Outline, StepOutline } from '../outline.ts';
import type { Source } from '../yaml/source.ts';
import { describeIssues, valueAt } from './describe-issue.ts';
import { checkTemplate } from './expressions.ts';
import type { Parsed } from './parsed.ts';
import { jsonSchemaOf, schemaAt, words } from './schema-words.ts';

/** A file of nothing but mistakes has its first ones told. */
const enough = 50;

/**
 * Checks a step's options against its kind. An expression whose inputs are known is checked by its value; any other
 * is stood in for by a value of its static type, so that "text where a number belongs" is found before anything runs.
 */
export function checkOptions(source: Source, outline: Outline, id: string): Diagnostic[] {
  const step = outline.steps[id]!;
  if (!step.with) return [];
  const prefix = ['steps', id, 'with'];
  const diagnostics: Diagnostic[] = [];
  const templates = new Map<string, Template>();
  mapLeaves(step.with as Json, (leaf, path) => {
    if (looksLikeHandle(leaf)) {
      const message = `${nameOf([...prefix, ...path])}: an artifact cannot be written out; read it from a step: \`\${{ steps.<step>.outputs.<name> }}\``;
      diagnostics.push({ code: 'BAD_VALUE', message, ...source.locate([...prefix, ...path], 'value') });
      templates.set(path.join('\0'), { type: 'unknown', isSound: false });
      return leaf as unknown as Json;
    }
    if (typeof leaf !== 'string' || !hasExpression(leaf) || diagnostics.length > enough) return leaf;
    const { diagnostics: own, type } = checkTemplate(leaf, [...prefix, ...path], { source, outline, step });
    diagnostics.push(...own);
    templates.set(path.join('\0'), { type, isSound: own.length === 0 });
    return leaf;
  });
  if (!step.uses) return diagnostics;
  const { variants = [] } = step.matrix ?? {};
  for (const variant of variants.length === 0 ? [undefined] : variants) {
    if (diagnostics.length > enough) break;
    // What is wrong in every variant is told once.
    const told = new Set(diagnostics.map(({ at, message }) => `${at} ${message}`));
    const own = checkValues({ source, outline, id, step, templates, variant });
    diagnostics.push(...own.filter(({ at, message }) => !told.has(`${at} ${message}`)));
  }
  const isMeant = diagnostics.some(({ message }) => /did you mean "(?:command|shell|script)"/.test(message));
  return isMeant || step.uses !== 'run' ? diagnostics : [...diagnostics, ...checkCommand(source, step.with, id)];
}

/** A string of the options that holds an expression. */
interface Template {
  type: Type;
  isSound: boolean;
}

interface Checked {
  source: Source;
  outline: Outline;
  id: string;
  step: StepOutline;
  /** By path, joined. */
  templates: ReadonlyMap<string, Template>;
  variant: Variant | undefined;
}

/** The options with every expression replaced by its value, where that is known, or by one of its type. */
function checkValues({ source, outline, id, step, templates, variant }: Checked): Diagnostic[] {
  const prefix = ['steps', id, 'with'];
  const kind = step.uses!;
  const stoodIn = new Map<string, Type>();
  const fromMatrix = new Map<string, string>();
  const filled = mapLeaves(step.with as Json, (leaf, path) => {
    const key = path.join('\0');
    const template = templates.get(key);
    if (!template) return leaf;
    // Where no value of the type can fit, that is told once, at the option.
    const schema = variant && template.type !== 'unknown' ? schemaAt(jsonSchemaOf(kind), path) : undefined;
    const mayFit = schema === undefined || takes(schema, template.type);
    const known =
      template.isSound && mayFit && typeof leaf === 'string' ? knownValue(leaf, outline, variant) : undefined;
    if (known?.matrixKey !== undefined) fromMatrix.set(key, known.matrixKey);
    if (known) return known.value;
    stoodIn.set(key, template.type);
    return looksLikeHandle(leaf) ? (leaf as unknown as Json) : standIn(template.type);
  });

  const beside = valueAt(source.value, ['steps', id]);
  const parsed: Parsed = {
    source,
    prefix,
    value: filled,
    kind,
    // A document without mistakes needs none.
    get schema() {
      return jsonSchemaOf(kind);
    },
    misplaced: isRecord(beside) ? Object.keys(beside) : [],
  };
  const issues = stepOptions[kind].safeParse(filled).error?.issues ?? [];
  const within = (known: ReadonlyMap<string, unknown>, path: readonly PropertyKey[]) =>
    path.map((_, length) => path.slice(0, length + 1).join('\0')).find((part) => known.has(part));
  const sound = issues.filter((issue) => within(stoodIn, issue.path) === undefined);
  const diagnostics = describeIssues(
    sound.filter((issue) => within(fromMatrix, issue.path) === undefined),
    parsed,
  );
  for (const issue of sound) {
    const key = within(fromMatrix, issue.path);
    if (key === undefined || !variant) continue;
    const place = variant.places[fromMatrix.get(key)!] ?? [];
    const at = source.locate(['steps', id, 'matrix', ...place], 'value');
    // Told once, where the value stands, however many variants have it.
    diagnostics.push(...describeIssues([issue], parsed).map((told) => ({ ...told, ...at })));
  }
  for (const path of new Set(issues.map((issue) => within(stoodIn, issue.path)))) {
    if (path === undefined) continue;
    const type = stoodIn.get(path)!;
    const steps = indexed(path.split('\0'), filled);
    const schema = schemaAt(parsed.schema, steps);
    if (type === 'unknown' || schema === undefined || takes(schema, type)) continue;
    const where = [...prefix, ...steps];
    const message = `${nameOf(where)} needs ${words(schema)}, but this expression is ${word(type)}${type === 'number' && takes(schema, 'string') ? '; write `text(…)`' : ''}`;
    diagnostics.push({ code: 'BAD_VALUE', message, ...source.locate(where, 'value') });
  }
  return diagnostics;
}

/**
 * The value of a string that reads nothing but inputs and the matrix, all with known values; and a key it reads.
 * Undefined also where an expression is broken, which is told where expressions are checked.
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

/** Whether a value of the type can fit at all; whether a certain text or number does is known when it is. */
function takes(schema: ReturnType<typeof jsonSchemaOf>, type: Type): boolean {
  if (schema.anyOf) return schema.anyOf.some((member) => takes(member, type));
  if (isList(type)) return schema.type === 'array' && takes(schema.items ?? {}, itemOf(type));
  if (schema.artifact !== undefined) return schema.artifact === type || schema.artifact === 'any';
  const types = [schema.type].flat();
  return type === 'number' ? types.includes('number') || types.includes('integer') : types.includes(type);
}

/** Steps into lists go by number. */
const indexed = (path: readonly string[], value: unknown): (string | number)[] => {
  let current = value;
  return path.map((key) => {
    const step = Array.isArray(current) ? Number(key) : key;
    current = (current as Record<string | number, unknown> | undefined)?.[step];
    return step;
  });
};

/** What zod's single options cannot say: `command`, or else `shell` with `script`. */
function checkCommand(source: Source, options: Readonly<Record<string, unknown>>, id: string): Diagnostic[] {
  const { command, shell, script } = options;
  const path = ['steps', id, 'with'];
  const say = (message: string): Diagnostic[] => [
    { code: 'BAD_VALUE', message: `steps.${id}.with: ${message}`, ...source.locate(path, 'key') },
  ];
  if (command !== undefined && (shell !== undefined || script !== undefined))
    return say('give either `command`, or `shell` with `script`');
  if (command === undefined && (shell === undefined || script === undefined))
    return say('run needs `command: [program, argument, …]`, or `shell` with `script`');
  return [];
}
