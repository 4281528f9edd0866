import type { z } from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { futureKeys, pipelineSchema } from './document.ts';
import { isRecord } from './json.ts';
import { futureKinds, type StepKind, stepKinds, stepOptions } from './steps.ts';
import { didYouMean } from './suggest.ts';
import type { Source } from './yaml-source.ts';

/** Words a zod issue for a reader; `prefix` is the path of the value that was parsed. */
export function describeIssue(issue: z.core.$ZodIssue, source: Source, prefix: readonly PropertyKey[]): Diagnostic[] {
  const path = [...prefix, ...issue.path];
  const name = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const place = source.locate([...path, key], 'key');
      const future = futureKeys[key];
      if (future && (path.length === 0 || path.length === 2)) return { code: 'NOT_YET', message: future, ...place };
      const known = knownKeys(path);
      const noun = path.at(-1) === 'with' || path.length > 3 ? 'option' : 'key';
      const hint = didYouMean(key, known) || (known.length > 0 ? `; known here: ${known.join(', ')}` : '');
      return { code: 'UNKNOWN_KEY', message: `${name ? `${name}: ` : ''}unknown ${noun} "${key}"${hint}`, ...place };
    });
  }
  if (issue.code === 'invalid_key') {
    return [
      {
        code: 'BAD_NAME',
        message: `"${String(issue.path.at(-1))}" ${issue.issues[0]?.message ?? 'is not a valid name'}`,
        ...source.locate(path, 'key'),
      },
    ];
  }
  if (issue.code === 'invalid_union') {
    const deeper = bestBranch(issue.errors);
    if (deeper) return deeper.flatMap((inner) => describeIssue(inner, source, path));
  }
  const value = valueAt(source.value, path);
  const place = source.locate(path, 'value');
  if (value === undefined) {
    return [{ code: 'MISSING', message: `${name} is missing`, ...source.locate(path.slice(0, -1), 'key') }];
  }
  if (path.length === 3 && path[0] === 'steps' && path[2] === 'uses') {
    const future = typeof value === 'string' ? futureKinds[value] : undefined;
    if (future) return [{ code: 'NOT_YET', message: `step kind "${value}" has not landed yet; ${future}`, ...place }];
    const hint = didYouMean(String(value), stepKinds) || `; kinds: ${stepKinds.join(', ')}`;
    return [{ code: 'UNKNOWN_KIND', message: `${name}: there is no step kind ${show(value)}${hint}`, ...place }];
  }
  return [{ code: 'BAD_VALUE', message: `${name} ${wordIssue(issue, value)}`, ...place }];
}

/** In a union the branch that got furthest tells most; a plain type mismatch at the top tells nothing new. */
function bestBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  return branches.find((issues) =>
    issues.every(
      (issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'invalid_format',
    ),
  );
}

function wordIssue(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${withArticle(issue.expected)}, got ${show(value)}`;
    case 'invalid_value': {
      const known = issue.values.map(String);
      return `must be one of ${known.join(', ')}, got ${show(value)}${didYouMean(String(value), known)}`;
    }
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty'
        : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, got ${show(value)}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}, got ${show(value)}`;
    case 'invalid_format':
      return `${issue.message.startsWith('Invalid') ? `has the wrong form: ${issue.message}` : issue.message}, got ${show(value)}`;
    case 'invalid_union': {
      const wanted = [
        ...new Set(
          issue.errors
            .flat()
            .map((inner) =>
              inner.code === 'invalid_type'
                ? withArticle(inner.expected)
                : inner.code === 'invalid_value'
                  ? inner.values.join(' or ')
                  : '',
            ),
        ),
      ].filter(Boolean);
      return `must be ${wanted.join(', or ') || 'something else'}, got ${show(value)}`;
    }
    default:
      return `${issue.message}, got ${show(value)}`;
  }
}

const withArticle = (type: string) =>
  ({
    object: 'a map',
    record: 'a map',
    array: 'a list',
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  })[type] ?? `a ${type}`;

function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a map';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path)
    current =
      (isRecord(current) || Array.isArray(current)) && Object.hasOwn(current, key)
        ? (current as Record<PropertyKey, unknown>)[key]
        : undefined;
  return current;
}

/** Keys the schema has at a path, for "did you mean"; `with` is looked up by kind in `check.ts`. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = pipelineSchema;
  for (const key of path) schema = childSchema(schema, key);
  return shapeKeys(schema);
}

export function knownOptionKeys(kind: StepKind, path: readonly PropertyKey[]): string[] {
  let schema: unknown = stepOptions[kind];
  for (const key of path) schema = childSchema(schema, key);
  return shapeKeys(schema);
}

interface AnySchema {
  _zod?: {
    def: {
      type: string;
      innerType?: unknown;
      shape?: Record<string, unknown>;
      valueType?: unknown;
      element?: unknown;
      options?: unknown[];
    };
  };
}

function unwrap(schema: unknown): AnySchema | undefined {
  let current = schema as AnySchema | undefined;
  while (current?._zod?.def.innerType) current = current._zod.def.innerType as AnySchema;
  return current;
}

function childSchema(schema: unknown, key: PropertyKey): unknown {
  const def = unwrap(schema)?._zod?.def;
  if (def?.type === 'union') return def.options?.map((option) => childSchema(option, key)).find(Boolean);
  return def?.shape?.[String(key)] ?? def?.valueType ?? def?.element;
}

function shapeKeys(schema: unknown): string[] {
  const def = unwrap(schema)?._zod?.def;
  if (def?.type === 'union') return def.options?.flatMap(shapeKeys) ?? [];
  return Object.keys(def?.shape ?? {});
}
