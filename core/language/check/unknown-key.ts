import type { z } from 'zod';
import { isRecord } from '../../json.ts';
import { type StepKind, stepKinds } from '../../kinds/registry.ts';
import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { foreignWords, listKnown, nearest } from '../suggest.ts';
import type { Parsed } from './parsed.ts';
import { jsonSchemaOf, keysAt, optionPaths, schemaAt } from './schema-words.ts';

/** A file of nothing but mistakes has its first ones told; each costs a comparison with all known words. */
const mostTold = 50;

/** `meant` is the dotted path, inside what was parsed, of the key that the reader is pointed to. */
export function describeUnknownKeys(
  issue: Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>,
  parsed: Parsed,
): { diagnostic: Diagnostic; meant?: string }[] {
  const path = [...parsed.prefix, ...issue.path];
  const place = path.length > 0 ? `${nameOf(path)}: ` : '';
  const noun = parsed.kind ? 'option' : 'key';
  const owner = parsed.kind && issue.path.length === 0 ? ` of ${parsed.kind}` : '';
  return issue.keys.slice(0, mostTold).map((key) => {
    const at = parsed.source.locate([...path, key], 'key');
    const known = keysAt(parsed.schema, issue.path);
    const { hint, meant } = suggest(key, known, issue.path, parsed);
    const message = `${place}unknown ${noun} "${key.slice(0, 80)}"${owner}${hint || listKnown(parsed.kind ? 'options here' : 'known here', known)}`;
    const code = parsed.kind ? 'UNKNOWN_OPTION' : 'UNKNOWN_KEY';
    return { diagnostic: { code, message, ...at }, ...(meant === undefined ? {} : { meant }) };
  });
}

function suggest(
  key: string,
  known: readonly string[],
  path: readonly PropertyKey[],
  parsed: Parsed,
): { hint: string; meant?: string } {
  const here = path.length === 0 ? '' : `${path.join('.')}.`;
  const paths = parsed.kind ? optionPaths(parsed.schema) : optionPaths(schemaAt(parsed.schema, path) ?? {}, here);
  const wanted = Object.hasOwn(foreignWords, key.toLowerCase()) ? foreignWords[key.toLowerCase()]! : [];
  for (const word of wanted) {
    const [name, value] = word.split(': ');
    const meant = paths.find((each) => each === name || each === here + name);
    if (meant !== undefined) return { hint: pointTo(meant, here, value), meant };
  }
  const near = nearest(key, known);
  const meant = near === undefined ? paths.find((each) => each === key || each.endsWith(`.${key}`)) : here + near;
  if (meant !== undefined) return { hint: pointTo(meant, here), meant };
  const option = optionBesideWith(key, path, parsed);
  return { hint: option ? `; "${option}" is an option: put it under \`with\`` : ofAnotherKind(key, path, parsed) };
}

/** An option that one other kind has was written on the wrong step. */
function ofAnotherKind(key: string, path: readonly PropertyKey[], { kind }: Parsed): string {
  if (!kind || path.length > 0) return '';
  const kinds = stepKinds.filter((each) => Object.hasOwn(jsonSchemaOf(each).properties ?? {}, key));
  return kinds.length === 1 ? `; it is an option of ${kinds[0]}` : '';
}

function pointTo(meant: string, here: string, value?: string): string {
  const written = value === undefined ? '' : `: ${value}`;
  return meant.startsWith(here)
    ? `; did you mean "${meant.slice(here.length)}${written}"?`
    : `; "${meant}${written}" stands directly under \`with\``;
}

/** `epochs: 3` beside `with` instead of under it. */
function optionBesideWith(key: string, path: readonly PropertyKey[], { kind, value }: Parsed): string | undefined {
  if (kind || path.length !== 2 || path[0] !== 'steps') return undefined;
  const steps = isRecord(value) && isRecord(value.steps) ? value.steps : {};
  const step = steps[String(path[1])];
  const uses = isRecord(step) ? step.uses : undefined;
  if (!(stepKinds as readonly unknown[]).includes(uses)) return undefined;
  return keysAt(jsonSchemaOf(uses as StepKind), []).find((option) => option === key);
}
