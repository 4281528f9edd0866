import type { z } from 'zod';
import { isRecord } from '../../json.ts';
import { definitionOf, type StepKind, stepKinds } from '../../kinds/registry.ts';
import type { Diagnostic, Path } from '../diagnostic.ts';
import { absenceOf, foreignWords, snakeCase } from '../foreign/words.ts';
import type { KeyHint, Problem } from '../problems.ts';
import { nearest, suggestKnown } from '../spelling/suggest.ts';
import { diagnosticAt } from './diagnostic-at.ts';
import { jsonSchemaOf, keysAt, optionPaths, schemaAt } from './json-schema.ts';
import type { Parsed } from './parsed.ts';

/** Keys of one map: each is compared with all known words. */
const maxUnknownKeys = 50;

/** `meant` is the dotted path, inside what was parsed, of the key that the hint names. */
export function explainUnknownKeys(
  issue: Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>,
  parsed: Parsed,
): { diagnostic: Diagnostic; meant?: string }[] {
  const path = [...parsed.prefix, ...(issue.path as Path)];
  const kind = parsed.kind !== undefined && issue.path.length === 0 ? { kind: parsed.kind } : {};
  return issue.keys.slice(0, maxUnknownKeys).map((key) => {
    const { hint, meant } = hintFor(key, issue.path, parsed);
    const problem: Problem = parsed.kind
      ? { code: 'UNKNOWN_OPTION', reason: 'unknown-option', facts: { option: key, ...kind, hint } }
      : { code: 'UNKNOWN_KEY', reason: 'unknown-key', facts: { key, hint } };
    const diagnostic = { ...diagnosticAt(parsed.source, [...path, key], 'key', problem), path };
    return { diagnostic, ...(meant === undefined ? {} : { meant }) };
  });
}

function hintFor(key: string, path: readonly PropertyKey[], parsed: Parsed): { hint: KeyHint; meant?: string } {
  const here = path.length === 0 ? '' : `${path.join('.')}.`;
  const known = keysAt(parsed.schema, path);
  const paths = parsed.kind ? optionPaths(parsed.schema) : optionPaths(schemaAt(parsed.schema, path) ?? {}, here);
  const spelt = snakeCase(key);
  const exact = paths.find((each) => each === here + spelt);
  if (exact !== undefined) return { hint: pointTo(exact, here), meant: exact };
  const wanted = Object.hasOwn(foreignWords, spelt) ? foreignWords[spelt]! : [];
  for (const word of wanted) {
    const [name, value] = word.split(': ');
    const meant = paths.find((each) => each === name || each === here + name);
    if (meant !== undefined) return { hint: pointTo(meant, here, value), meant };
  }
  // Steps that read rows or train are those that other trainers have options for.
  const hasForeignOptions = parsed.kind !== undefined && definitionOf(parsed.kind)?.rowsOption !== undefined;
  const absence = hasForeignOptions ? absenceOf(spelt) : undefined;
  if (absence !== undefined) return { hint: { absence } };
  const near = nearest(spelt, known);
  const meant = near === undefined ? paths.find((each) => each === spelt || each.endsWith(`.${spelt}`)) : here + near;
  if (meant !== undefined) return { hint: pointTo(meant, here), meant };
  if (isOptionBesideWith(key, path, parsed)) return { hint: { optionUnderWith: true } };
  return { hint: ofAnotherKind(key, path, parsed) ?? suggestKnown(known) };
}

/** An option that one other kind has was written on the wrong step. */
function ofAnotherKind(key: string, path: readonly PropertyKey[], { kind }: Parsed): KeyHint | undefined {
  if (!kind || path.length > 0) return undefined;
  const kinds = stepKinds.filter((each) => Object.hasOwn(jsonSchemaOf(each).properties ?? {}, key));
  return kinds.length === 1 ? { optionOf: kinds[0]! } : undefined;
}

function pointTo(meant: string, here: string, value?: string): KeyHint {
  const written = value === undefined ? {} : { value };
  return meant.startsWith(here)
    ? { meant: meant.slice(here.length), ...written }
    : { meant, ...written, under: 'with' };
}

/** `epochs: 3` beside `with` instead of under it. */
function isOptionBesideWith(key: string, path: readonly PropertyKey[], { kind, value }: Parsed): boolean {
  if (kind || path.length !== 2 || path[0] !== 'steps') return false;
  const steps = isRecord(value) && isRecord(value.steps) ? value.steps : {};
  const step = steps[String(path[1])];
  const uses = isRecord(step) ? step.uses : undefined;
  if (!(stepKinds as readonly unknown[]).includes(uses)) return false;
  return keysAt(jsonSchemaOf(uses as StepKind), []).includes(key);
}
