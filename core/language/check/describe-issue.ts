import type { z } from 'zod';
import { isRecord } from '../../json.ts';
import { stepKinds } from '../../kinds/registry.ts';
import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { hasExpression } from '../expression/parse.ts';
import { didYouMean, listKnown } from '../suggest.ts';
import type { Parsed } from './parsed.ts';
import { type JsonSchema, schemaAt, words } from './schema-words.ts';
import { describeUnknownKeys } from './unknown-key.ts';

/** Words zod's issues for a reader. A missing key is not told where an unknown one right there was meant to be it. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], parsed: Parsed): Diagnostic[] {
  const flat = issues.flatMap((issue) => intoUnion(issue, parsed));
  const unknown = flat.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? describeUnknownKeys(issue, parsed) : [],
  );
  const meant = new Set([...unknown.flatMap(({ meant }) => meant ?? []), ...(parsed.misplaced ?? [])]);
  const missing = new Map<string, PropertyKey[][]>();
  const rest = flat.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return [];
    if (valueAt(parsed.value, issue.path) !== undefined) return [describeValue(issue, parsed)];
    const parent = issue.path.slice(0, -1).join('.');
    if (!meant.has(issue.path.join('.'))) missing.set(parent, [...(missing.get(parent) ?? []), issue.path]);
    return [];
  });
  const absent = [...missing.values()].flatMap((paths) => describeMissing(paths, parsed));
  return [...unknown.map(({ diagnostic }) => diagnostic), ...rest, ...absent];
}

/** Of a union whose members all refuse, the member whose type fits tells most: its issues replace the union's. */
function intoUnion(issue: z.core.$ZodIssue, parsed: Parsed): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const fitting = issue.errors.find(
    (member) => member.length > 0 && member.every((inner) => inner.path.length > 0 || !wrongType(inner)),
  );
  if (!fitting) return [issue];
  return fitting.flatMap((inner) =>
    intoUnion({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, parsed),
  );
}

const wrongType = (issue: z.core.$ZodIssue) => issue.code === 'invalid_type' || issue.code === 'invalid_value';

/** Options that one map lacks are told in one sentence. */
function describeMissing(paths: readonly PropertyKey[][], parsed: Parsed): Diagnostic[] {
  const { source, value, prefix, schema, kind } = parsed;
  const path = paths[0]!;
  const parent = [...prefix, ...path.slice(0, -1)];
  const keys = paths.map((each) => String(each.at(-1)));
  const say = (message: string, at: readonly PropertyKey[]): Diagnostic[] => [
    { code: 'MISSING', message, ...source.locate(at, 'key') },
  ];
  if (kind) {
    const names = `${keys.length === 1 ? 'option' : 'options'} ${keys.map((key) => `"${key}"`).join(' and ')}`;
    const absent = path.length === 1 && valueAt(source.value, prefix) === undefined;
    return say(
      `${nameOf(parent)}: ${path.length === 1 ? kind : 'this'} needs the ${names}`,
      absent ? prefix.slice(0, -1) : parent,
    );
  }
  if (path.length === 3 && keys[0] === 'uses') {
    const id = String(path[1]);
    const hint = (stepKinds as readonly string[]).includes(id)
      ? `; write \`uses: ${id}\``
      : listKnown('kinds', stepKinds);
    return say(`steps.${id} has no \`uses\`, the kind of the step${hint}`, parent);
  }
  const first = isRecord(value) ? Object.keys(value).slice(0, 1) : [];
  return keys.flatMap((key) => {
    const what = schemaAt(schema, [key])?.description;
    return say(`the pipeline has no \`${key}\`${what ? `: ${what.split('.')[0]!.toLowerCase()}` : ''}`, first);
  });
}

function describeValue(issue: z.core.$ZodIssue, parsed: Parsed): Diagnostic {
  const path = [...parsed.prefix, ...issue.path];
  const name = nameOf(path);
  if (issue.code === 'invalid_key') {
    const key = String(issue.path.at(-1)).slice(0, 80);
    const rule = issue.issues[0]?.message ?? '';
    const noun = path.length > 2 ? 'name' : path[0] === 'steps' ? 'name of a step' : 'name of an input';
    const message = `"${key}" as the ${noun} ${/^(?:must|is) /.test(rule) ? rule : 'has the wrong form'}`;
    return { code: 'BAD_NAME', message, ...parsed.source.locate(path, 'key') };
  }
  const value = valueAt(parsed.value, issue.path);
  const place = parsed.source.locate(path, value === null ? 'key' : 'value');
  if (!parsed.kind && issue.path.length === 3 && issue.path[2] === 'uses') return { ...describeKind(value), ...place };
  if (!parsed.kind && name === 'steps' && Array.isArray(value)) {
    return {
      code: 'BAD_VALUE',
      message: 'steps must be a map from names to steps (`data: { uses: prepare, … }`), not a list',
      ...parsed.source.locate(path, 'key'),
    };
  }
  const written = valueAt(parsed.source.value, path);
  const got =
    value === null
      ? ', but nothing stands here'
      : `, ${typeof written === 'string' && written !== value ? 'but the expression gives' : 'got'} ${show(value)}`;
  const said = sentence(issue, value, schemaAt(parsed.schema, issue.path), got);
  return { code: 'BAD_VALUE', message: `${name} ${said}${hintFor(value, parsed)}`, ...place };
}

function describeKind(value: unknown): Pick<Diagnostic, 'code' | 'message'> {
  if (typeof value === 'string' && (/\.ya?ml$/.test(value) || value === 'pipeline')) {
    const file = /^[\w-][\w./-]*\.ya?ml$/.test(value) ? `./${value}` : './other.yaml';
    const message = `a pipeline that runs as a step is named by its path, as in \`uses: ${file}\`, got ${show(value)}`;
    return { code: 'UNKNOWN_KIND', message };
  }
  const hint = typeof value === 'string' ? didYouMean(value, stepKinds) : '';
  return {
    code: 'UNKNOWN_KIND',
    message: `unknown step kind ${show(value)}${hint || `; kinds: ${stepKinds.join(', ')}`}`,
  };
}

/** Expressions where none are evaluated, and `{{ }}` where `${{ }}` was meant. */
function hintFor(value: unknown, { kind }: Parsed): string {
  if (typeof value !== 'string') return '';
  if (!kind && hasExpression(value)) return '; expressions may stand only in `with` and `if`';
  return /^\{\{.*\}\}$/.test(value) ? '; an expression is written `${{ … }}`' : '';
}

function sentence(issue: z.core.$ZodIssue, value: unknown, schema: JsonSchema | undefined, got: string): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${got}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${got}`;
    case 'invalid_format':
      return `${/^(?:must|is) /.test(issue.message) ? issue.message : 'has the wrong form'}${got}`;
    case 'custom':
      return `${issue.message}${got}`;
    default: {
      if (/^(?:must|is) /.test(issue.message)) return `${issue.message}${got}`;
      if (schema?.artifact !== undefined)
        return `must be ${words(schema)}: write \`\${{ steps.<step>.outputs.<name> }}\``;
      const known = [schema, ...(schema?.anyOf ?? [])].flatMap((each) => (each?.enum ?? []) as string[]);
      const hint = typeof value === 'string' ? didYouMean(value, known) : '';
      return `must be ${hint && known.length > 8 ? 'one of the known values' : words(schema)}${got}${hint}`;
    }
  }
}

export function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      (isRecord(inner) || Array.isArray(inner)) && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
