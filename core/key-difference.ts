import type { Json } from './handles.ts';
import { canonicalJson, isRecord } from './json.ts';
import { modelOptions } from './kinds/options/option-marks.ts';
import { definitionOf, type StepKind } from './kinds/registry.ts';
import type { Change } from './reasons.ts';

/** The content of a step's key. Digests represent files, artifacts and models. */
export interface Ingredients {
  kind: StepKind;
  /** Revision of temper's code of this kind. */
  revision: number;
  options: Json;
  /** Digest of the training libraries, or versions and digests by name if a step depends on other programs too. */
  libraries?: string | Readonly<Record<string, string>>;
}

/** Numbers of rows of the dataset that a step writes or reads, if they are known. */
export interface RowCounts {
  before?: number | undefined;
  after?: number | undefined;
}

/** Lists why two keys differ, the most important first; empty if they are equal. */
export function findDifferences(before: Ingredients, after: Ingredients, rows: RowCounts = {}): Change[] {
  const [old, present] = [listLeaves(before.options), listLeaves(after.options)];
  const changed = [...new Set([...present.keys(), ...old.keys()])].filter(
    (path) => canonicalJson(old.get(path) ?? null) !== canonicalJson(present.get(path) ?? null),
  );
  const changes = changed.map((path) => changeOf(after.kind, path, old.get(path), present.get(path), rows));
  changes.push(...libraryChanges(before.libraries, after.libraries));
  if (before.revision !== after.revision) changes.push({ code: 'revision', facts: { kind: after.kind } });
  return changes.sort((a, b) => rankOf(a) - rankOf(b));
}

/** Order of the list: data, files, options, artifacts of earlier steps, libraries, temper itself. */
const ranks: readonly (readonly Change['code'][])[] = [
  ['data'],
  ['model', 'content'],
  ['option'],
  ['artifact'],
  ['libraries', 'program'],
  ['revision'],
];
const rankOf = ({ code }: Change) => ranks.findIndex((codes) => codes.includes(code));

function changeOf(
  kind: StepKind,
  option: string,
  before: Json | undefined,
  after: Json | undefined,
  rows: RowCounts,
): Change {
  if (option === definitionOf(kind)?.rowsOption && before !== undefined && after !== undefined) {
    const known = rows.before !== undefined && rows.after !== undefined;
    return {
      code: 'data',
      facts: { option, ...(known ? { rows: { before: rows.before!, after: rows.after! } } : {}) },
    };
  }
  if (option !== 'continue_from' && isArtifact(before) && isArtifact(after))
    return { code: 'artifact', facts: { option } };
  if (isDigest(before) && isDigest(after))
    return { code: modelOptions(kind).includes(option) ? 'model' : 'content', facts: { option } };
  const [old, present] = [shortened(before), shortened(after)];
  if (isLong(old) || isLong(present)) return { code: 'content', facts: { option } };
  return {
    code: 'option',
    facts: {
      option,
      ...(old === undefined ? {} : { before: old }),
      ...(present === undefined ? {} : { after: present }),
    },
  };
}

function libraryChanges(before: Ingredients['libraries'], after: Ingredients['libraries']): Change[] {
  const [old, present] = [before, after].map((each) =>
    each === undefined ? {} : isRecord(each) ? each : { environment: each as string },
  ) as [Record<string, string>, Record<string, string>];
  return Object.keys({ ...old, ...present })
    .filter((name) => old[name] !== present[name])
    .map((name): Change => {
      if (name === 'environment') return { code: 'libraries', facts: {} };
      return { code: 'program', facts: { name, before: old[name], after: present[name] } };
    });
}

/** Lists values by their dotted paths. A list or an artifact is one value. */
function listLeaves(value: Json, prefix = '', into = new Map<string, Json>()): Map<string, Json> {
  if (isRecord(value) && !isArtifact(value))
    for (const [key, inner] of Object.entries(value))
      listLeaves(inner as Json, prefix ? `${prefix}.${key}` : key, into);
  else if (value !== undefined) into.set(prefix, value);
  return into;
}

const isArtifact = (value: unknown): value is { kind: string; digest: string } =>
  isRecord(value) && typeof value.digest === 'string' && 'kind' in value;

const isDigest = (value: unknown) => typeof value === 'string' && value.startsWith('sha256:');

/** Replaces an artifact by its digest. */
const shortened = (value: Json | undefined): Json | undefined => (isArtifact(value) ? value.digest : value);

/** In characters of JSON. Digests may be longer, since they are shown shortened. */
const maxShownCharacters = 60;
const isLong = (value: Json | undefined) =>
  !isDigest(value) && JSON.stringify(value ?? null).length > maxShownCharacters;
