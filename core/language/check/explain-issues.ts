import type { z } from 'zod';
import { isRecord } from '../../json.ts';
import { stepKinds } from '../../kinds/registry.ts';
import type { Diagnostic, Path } from '../diagnostic.ts';
import { hasExpression } from '../expression/parse.ts';
import type { Got, Problem, Shown } from '../problems.ts';
import { type Mistake, mistakeIn, respelt } from '../spelling/mistakes.ts';
import { nearest, suggest, suggestKnown } from '../spelling/suggest.ts';
import type { Wanted } from '../wanted.ts';
import { diagnosticAt } from './diagnostic-at.ts';
import { exampleOf } from './example.ts';
import { type JsonSchema, patternsOf, schemaAt, wantedOf } from './json-schema.ts';
import type { Parsed } from './parsed.ts';
import { explainUnknownKeys } from './unknown-key.ts';

/** With this, an issue of zod has a message only where our own definition gives one: the rule that was broken. */
export const onlyOwnRules = { error: () => '' };

/** Explains zod's issues. A missing key is left out where an unknown key beside it was meant to be it. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], parsed: Parsed): Diagnostic[] {
  const flat = issues.flatMap((issue) => intoUnion(issue, parsed));
  const unknown = flat.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? explainUnknownKeys(issue, parsed) : [],
  );
  // A rule of a whole map says nothing where one of its keys is misspelled.
  const misspelled = new Set(flat.flatMap(({ code, path }) => (code === 'unrecognized_keys' ? [path.join('.')] : [])));
  const meant = new Set([...unknown.flatMap(({ meant }) => meant ?? []), ...(parsed.misplaced ?? [])]);
  const missing = new Map<string, PropertyKey[][]>();
  const rest = flat.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return [];
    if (issue.code === 'custom' && misspelled.has(issue.path.join('.'))) return [];
    if (valueAt(parsed.value, issue.path) !== undefined) return [explainValue(issue, parsed)];
    const parent = issue.path.slice(0, -1).join('.');
    if (!meant.has(issue.path.join('.'))) missing.set(parent, [...(missing.get(parent) ?? []), issue.path]);
    return [];
  });
  const absent = [...missing.values()].flatMap((paths) => explainMissing(paths as Path[], parsed));
  return [...unknown.map(({ diagnostic }) => diagnostic), ...rest, ...absent];
}

/** Where all members of a union refuse, the issues of the member whose type fits are the most useful: they replace the union's. */
function intoUnion(issue: z.core.$ZodIssue, parsed: Parsed): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const fitting = issue.errors.find(
    (member) => member.length > 0 && member.every((inner) => inner.path.length > 0 || !isWrongType(inner)),
  );
  if (!fitting) return [issue];
  return fitting.flatMap((inner) =>
    intoUnion({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, parsed),
  );
}

const isWrongType = (issue: z.core.$ZodIssue) => issue.code === 'invalid_type' || issue.code === 'invalid_value';

/** Options that one map lacks are one problem; keys that the document lacks are one each. */
function explainMissing(paths: readonly Path[], parsed: Parsed): Diagnostic[] {
  const { source, value, prefix, schema, kind } = parsed;
  const [path] = paths as [Path];
  const parent = [...prefix, ...path.slice(0, -1)];
  const keys = paths.map((each) => String(each.at(-1)));
  if (kind) {
    const isWithAbsent = path.length === 1 && valueAt(source.value, prefix) === undefined;
    const facts = { ...(path.length === 1 ? { kind } : {}), options: keys };
    const place = source.locate(isWithAbsent ? prefix.slice(0, -1) : parent, 'key');
    return [{ code: 'MISSING', reason: 'missing-options', facts, path: parent, ...place }];
  }
  if (path.length === 3 && keys[0] === 'uses') {
    const step = String(path[1]);
    const isKind = (stepKinds as readonly string[]).includes(step);
    const facts = { step, ...(isKind ? { meant: step } : suggestKnown(stepKinds)) };
    return [diagnosticAt(source, parent, 'key', { code: 'MISSING', reason: 'missing-uses', facts })];
  }
  const first = isRecord(value) ? Object.keys(value).slice(0, 1) : [];
  return keys.map((key) => {
    const purpose = schemaAt(schema, [key])?.description?.split('.')[0]?.toLowerCase();
    const facts = { key, ...(purpose === undefined ? {} : { description: purpose }) };
    return { code: 'MISSING', reason: 'missing-key', facts, ...source.locate(first, 'key') };
  });
}

function explainValue(issue: z.core.$ZodIssue, parsed: Parsed): Diagnostic {
  const { source } = parsed;
  const path = [...parsed.prefix, ...(issue.path as Path)];
  if (issue.code === 'invalid_key') {
    const facts = { name: String(issue.path.at(-1)), ...ruleOf(issue.issues[0]) };
    return { code: 'BAD_NAME', reason: 'bad-name', facts, path: path.slice(0, -1), ...source.locate(path, 'key') };
  }
  const value = valueAt(parsed.value, issue.path);
  const place = { path, ...source.locate(path, value === null ? 'key' : 'value') };
  if (!parsed.kind && path.length === 3 && path[2] === 'uses') return { ...kindProblem(value), ...place };
  if (!parsed.kind && path.length === 1 && path[0] === 'steps' && Array.isArray(value))
    return diagnosticAt(source, path, 'key', { code: 'BAD_VALUE', reason: 'steps-not-a-map', facts: {} });
  const written = valueAt(source.value, path);
  const got: Got = {
    got: shown(value),
    ...(typeof written === 'string' && written !== value ? { evaluated: true } : {}),
    ...mistakeOf(
      value,
      { written, path, isRuled: issue.message !== '' },
      wantedOf(schemaAt(parsed.schema, issue.path)),
      parsed,
    ),
  };
  return { ...valueProblem(issue, parsed, value, got), ...place };
}

function kindProblem(value: unknown): Problem {
  const got = shown(value);
  if (typeof value !== 'string')
    return { code: 'UNKNOWN_KIND', reason: 'unknown-kind', facts: { got, ...suggestKnown(stepKinds) } };
  if (/\.ya?ml$/.test(value) || value === 'pipeline') {
    const file = /^[\w-][\w./-]*\.ya?ml$/.test(value) ? `./${value}` : './other.yaml';
    return { code: 'UNKNOWN_KIND', reason: 'pipeline-without-path', facts: { got, file } };
  }
  return { code: 'UNKNOWN_KIND', reason: 'unknown-kind', facts: { got, ...suggest(value, stepKinds) } };
}

/** The mistake of a value as the document has it: an expression where none is evaluated, or another spelling. */
function mistakeOf(
  value: unknown,
  { written, path, isRuled }: { written: unknown; path: Path; isRuled: boolean },
  wanted: readonly Wanted[],
  { kind, source, schema, prefix }: Parsed,
): { mistake?: Mistake } {
  if (value === null && /^["']?\s*:[ \t]+#/.test(source.text.slice(source.locate(path, 'key').end)))
    return { mistake: { is: 'comment' } };
  if (typeof value === 'string' && !kind && hasExpression(value)) return { mistake: { is: 'expression' } };
  if (written !== value || (isRuled && typeof value !== 'string')) return {};
  const inside = path.slice(prefix.length);
  const rules = patternsOf(schemaAt(schema, inside));
  const mistake = mistakeIn(value, wanted) ?? respelt(value, rules);
  if (mistake?.is === 'spelling' && isListOfStrangers(mistake.write, schemaAt(schema, [...inside, 0]))) return {};
  // Where an address belongs, it is no file that somebody means to read.
  if (mistake?.is === 'address' && rules.some((rule) => rule.source.startsWith('^https?'))) return {};
  return mistake ? { mistake } : {};
}

/** Whether a list of words, as text, has one that the list may not hold: as a list it would be refused again. */
function isListOfStrangers(text: string, items: JsonSchema | undefined): boolean {
  const [, words] = /^\[(.*)\]$/s.exec(text) ?? [];
  return (
    words !== undefined && items?.enum !== undefined && !words.split(', ').every((word) => items.enum!.includes(word))
  );
}

function valueProblem(issue: z.core.$ZodIssue, { schema: root }: Parsed, value: unknown, got: Got): Problem {
  const code = 'BAD_VALUE';
  switch (issue.code) {
    case 'too_small': {
      if (issue.origin === 'string' || issue.origin === 'array') return { code, reason: 'empty', facts: {} };
      const facts = { min: Number(issue.minimum), inclusive: issue.inclusive === true, ...got };
      return { code, reason: 'too-small', facts };
    }
    case 'too_big': {
      const facts = { max: Number(issue.maximum), inclusive: issue.inclusive === true, ...got };
      return { code, reason: 'too-large', facts };
    }
    case 'invalid_format':
    case 'custom':
      return { code, reason: 'breaks-rule', facts: { ...ruleOf(issue), ...got } };
    default: {
      if (issue.message !== '') return { code, reason: 'breaks-rule', facts: { ...ruleOf(issue), ...got } };
      const schema = schemaAt(root, issue.path);
      const wanted = wantedOf(schema);
      if (schema?.artifact !== undefined) return { code, reason: 'artifact-expected', facts: { wanted } };
      const known = wanted.flatMap((each) => ('values' in each ? each.values : []));
      const meant = typeof value === 'string' ? nearest(value, known) : undefined;
      const example = holds(wanted, got) ? exampleOf(schema, issue.path.at(-1)) : undefined;
      const told = { ...(meant === undefined ? {} : { meant }), ...(example === undefined ? {} : { example }) };
      return { code, reason: 'wrong-value', facts: { wanted, ...told, ...got } };
    }
  }
}

/** Whether a map or a list is what is missing: nothing else is wanted, or the other of the two was given. */
function holds(wanted: readonly Wanted[], { got }: Got): boolean {
  const isHolder = (each: Wanted) => 'type' in each && (each.type === 'object' || each.type === 'array');
  return 'is' in got ? wanted.some(isHolder) : wanted.every(isHolder);
}

const ruleOf = (issue: z.core.$ZodIssue | undefined) => (issue?.message ? { rule: issue.message } : {});

/** Characters of a value that a message shows. */
const maxShown = 57;

/** A value as facts hold it. */
export function shown(value: unknown): Shown {
  if (Array.isArray(value)) return { is: 'list' };
  if (isRecord(value)) return { is: 'map' };
  if (typeof value !== 'string') return { value: value as number | boolean | null };
  return { value: value.length > maxShown ? `${value.slice(0, maxShown)}…` : value };
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
