import { type Json, shortDigest } from './handles.ts';
import { canonicalJson, isRecord } from './json.ts';
import type { StepKind } from './kinds/registry.ts';

/** What the key of a step is made of. Files, artifacts and models stand in it by their digests. */
export interface Ingredients {
  kind: StepKind;
  /** Of temper's own code of the kind. */
  revision: number;
  options: Json;
  /** Digest of the training libraries; by name where there is more than these. */
  libraries?: string | Readonly<Record<string, string>>;
}

/** Rows of the dataset that a step makes or reads, where they are known. */
export interface RowCounts {
  before?: number | undefined;
  after?: number | undefined;
}

/** Why two keys differ, in short lines, the most important first; nothing where they are equal. */
export function differences(before: Ingredients, after: Ingredients, rows: RowCounts = {}): string[] {
  const [old, present] = [leaves(before.options), leaves(after.options)];
  const changed = [...new Set([...present.keys(), ...old.keys()])].filter(
    (path) => canonicalJson(old.get(path) ?? null) !== canonicalJson(present.get(path) ?? null),
  );
  const lines = changed.map((path) => describe(after.kind, path, old.get(path), present.get(path), rows));
  lines.push(...libraryLines(before.libraries, after.libraries));
  if (before.revision !== after.revision) lines.push({ rank: 5, text: `temper makes ${after.kind} differently now` });
  return lines.sort((a, b) => a.rank - b.rank).map(({ text }) => text);
}

/** Steps of a matrix, or copies of a document, may differ in much: a line that nobody reads to its end helps nobody. */
const [mostTold, longest] = [3, 140];

/** The lines as one, at most 140 characters long. */
export function asOneLine(lines: readonly string[]): string {
  const told = lines.slice(0, mostTold).join('; ');
  const more = lines.length - mostTold;
  const whole = more > 0 ? `${told}; and ${more} more` : told;
  return whole.length > longest ? `${whole.slice(0, longest - 1)}…` : whole;
}

/** Order of telling: data, files, options, what earlier steps made, libraries, temper itself. */
interface Line {
  rank: number;
  text: string;
}

function describe(
  kind: StepKind,
  path: string,
  before: Json | undefined,
  after: Json | undefined,
  rows: RowCounts,
): Line {
  const isData = (kind === 'prepare' && path === 'source') || (kind === 'train' && path === 'dataset');
  if (isData && before !== undefined && after !== undefined) return { rank: 0, text: dataLine(kind, rows) };
  const text = (value: Json | undefined) => short(value);
  if (path === 'continue_from') return { rank: 3, text: `${path} ${text(before)} → ${text(after)}` };
  if (isArtifact(before) && isArtifact(after))
    return { rank: 3, text: `${path} changed (an earlier step made another one)` };
  if (isDigest(before) && isDigest(after)) {
    const isModel = kind === 'evaluate' && path !== 'prompts';
    return { rank: 1, text: isModel ? `${path} is another model now` : `${path} changed` };
  }
  if (isLong(before) || isLong(after)) return { rank: 2, text: `${path} changed` };
  return { rank: 2, text: `${path} ${text(before)} → ${text(after)}` };
}

function dataLine(kind: StepKind, { before, after }: RowCounts): string {
  if (before !== undefined && after !== undefined)
    return before === after ? `data changed, still ${after} rows` : `data changed: ${before} → ${after} rows`;
  return kind === 'prepare' ? 'data changed' : 'dataset changed (an earlier step made another one)';
}

function libraryLines(before: Ingredients['libraries'], after: Ingredients['libraries']): Line[] {
  const [old, present] = [before, after].map((each) =>
    each === undefined ? {} : isRecord(each) ? each : { environment: each as string },
  ) as [Record<string, string>, Record<string, string>];
  return Object.keys({ ...old, ...present })
    .filter((name) => old[name] !== present[name])
    .map((name) => ({
      rank: 4,
      text:
        name === 'environment'
          ? 'the training libraries changed'
          : `${libraryNames[name] ?? name} ${old[name] ?? 'unset'} → ${present[name] ?? 'unset'}`,
    }));
}

const libraryNames: Readonly<Record<string, string>> = { ollama: 'Ollama', converters: 'the converters:' };

/** Values by dotted paths; a list, and what stands for an artifact, counts as one value. */
function leaves(value: Json, prefix = '', into = new Map<string, Json>()): Map<string, Json> {
  if (isRecord(value) && !isArtifact(value))
    for (const [key, inner] of Object.entries(value)) leaves(inner as Json, prefix ? `${prefix}.${key}` : key, into);
  else if (value !== undefined) into.set(prefix, value);
  return into;
}

const isArtifact = (value: unknown): value is { kind: string; digest: string } =>
  isRecord(value) && typeof value.digest === 'string' && 'kind' in value;

const isDigest = (value: unknown) => typeof value === 'string' && value.startsWith('sha256:');

const isLong = (value: unknown) => JSON.stringify(value ?? null).length > 60;

function short(value: Json | undefined): string {
  if (value === undefined) return 'unset';
  if (isArtifact(value)) return shortDigest(value.digest);
  if (typeof value === 'string') {
    // A Hub name with its commit, which nobody reads to the end.
    const hub = /^hub:(.*)@([0-9a-f]{40})$/.exec(value);
    return hub ? `${hub[1]}@${hub[2]!.slice(0, 7)}` : isDigest(value) ? shortDigest(value) : value;
  }
  return Array.isArray(value) ? `[${value.map((item) => short(item as Json)).join(', ')}]` : JSON.stringify(value);
}
