import type { Json } from '../../../core/handles.ts';
import { canonicalJson, looksLikeHandle, mapLeaves, withoutValue, withValue } from '../../../core/json.ts';
import type { Ingredients } from '../../../core/key-difference.ts';
import { isLocalBase } from '../../../core/kinds/options/base-source.ts';
import { hubRowsAt } from '../../../core/kinds/options/hub-rows.ts';
import { type MarkedValue, markedValues, pathsWithoutEffect } from '../../../core/kinds/options/option-marks.ts';
import type { ResolvedStep } from '../../../core/kinds/options/resolve-options.ts';
import { type ActivityKind, definitionOf } from '../../../core/kinds/registry.ts';
import type { Pins } from '../../../protocol/activities.ts';
import { resolveModel } from '../../../services/ollama/server.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import { baseIdentity } from '../../bases/base-identity.ts';
import type { Deps, HooksOf } from '../deps.ts';
import { digests, pinnedFile } from '../pinned-files.ts';
import type { Keyed } from './keyed.ts';

/**
 * The fingerprint of everything that can change a step's output: kind, options, digests of what it reads, libraries.
 * Paths and names of files do not count, their bytes do; of an exam only its questions, of a base model only its parts.
 */
export async function stepKey<K extends ActivityKind>(deps: Deps, step: ResolvedStep<K>, pins: Pins): Promise<Keyed> {
  const { kind, filled } = step;
  const { reuse, revision } = definitionOf(kind)!;
  const lacks = (option: string) => (step.options as Readonly<Record<string, unknown>>)[option] === undefined;
  if (reuse === 'never' || (typeof reuse === 'object' && lacks(reuse.needs))) return {};
  let fixed = mapLeaves(filled, fixedHandle);
  for (const { mark, path, value, mayBeAbsent } of markedValues(kind, filled)) {
    if (mark === 'adapter' || mark === 'creates') continue;
    const found =
      mark === 'hub-rows' ? rowsIdentity(filled, path, pins) : await identity(deps, { mark, value, mayBeAbsent }, pins);
    fixed = withValue(fixed, path, found);
  }
  const hooks: HooksOf<K> | undefined = deps.hooks[kind];
  const options = (await hooks?.keyOptions?.(step, fixed, pins, deps)) ?? fixed;
  const shaping = pathsWithoutEffect(kind, filled).reduce(withoutValue, options);
  const libraries = await librariesOf(deps, kind);
  const ingredients: Ingredients = {
    kind,
    revision,
    options: shaping as Ingredients['options'],
    ...(libraries === undefined ? {} : { libraries }),
  };
  return {
    key: `sha256:${hashText(canonicalJson(ingredients))}`,
    ingredients,
    earlier: async () => await earlierKey(deps, step, pins),
  };
}

/**
 * The key that an earlier version made for a step with a local base model, whose digest was that of every byte in its
 * folder; undefined for every other step. A training of hours is found under it after an upgrade.
 */
async function earlierKey<K extends ActivityKind>(
  deps: Deps,
  step: ResolvedStep<K>,
  pins: Pins,
): Promise<string | undefined> {
  const bases = markedValues(step.kind, step.filled).filter(({ mark, value }) => mark === 'base' && isLocalBase(value));
  if (bases.length === 0) return undefined;
  const files = { ...pins.files };
  for (const { value } of bases) files[value] = await digests(deps).of(value);
  return (await stepKey(deps, step, { ...pins, files })).key;
}

/** What stands for a handle in a key. */
export const fixedHandle = (leaf: Json): Json =>
  looksLikeHandle(leaf) ? { kind: leaf.kind, digest: leaf.digest } : leaf;

async function librariesOf(deps: Deps, kind: ActivityKind): Promise<Ingredients['libraries']> {
  const { environment, converters } = deps;
  switch (definitionOf(kind)!.shapedBy) {
    case 'nothing':
      return undefined;
    case 'environment':
      return environment;
    case 'converters':
      return { environment, converters };
    case 'serving':
      return { environment, ollama: await deps.servingVersion() };
  }
}

/** A commit, and the files that are chosen of it. What only the run knew has nothing pinned: its name stands for it. */
function rowsIdentity(options: Json, path: readonly (string | number)[], pins: Pins): Json {
  const { name, id } = hubRowsAt(options, path);
  const pinned = pins.datasets?.[id];
  if (!pinned) return id;
  return `hub:${name}@${pinned.revision} ${hashText(canonicalJson(pinned.files.map(({ digest }) => digest)))}`;
}

async function identity(
  deps: Deps,
  { mark, value, mayBeAbsent }: Pick<MarkedValue, 'mark' | 'value' | 'mayBeAbsent'>,
  pins: Pins,
): Promise<Json> {
  if (mark === 'path') {
    const { digest, questions } = await pinnedFile(deps, value, pins, mayBeAbsent);
    return questions ?? digest;
  }
  if (mark === 'base') return await baseIdentity(deps, value, pins);
  return pins.models[value] ?? (await resolveModel(deps, value)) ?? `unknown:${value}`;
}
