import { stat } from 'node:fs/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Json, shortDigest } from '../../core/handles.ts';
import { canonicalJson, looksLikeHandle, mapLeaves, withValue } from '../../core/json.ts';
import type { Ingredients } from '../../core/key-difference.ts';
import { isLocalBase, markedValues, optionsWithoutEffect } from '../../core/kinds/option-marks.ts';
import { type ActivityKind, definitionOf } from '../../core/kinds/registry.ts';
import type { ResolvedStep } from '../../core/kinds/resolve-options.ts';
import type { Pins } from '../../protocol/activities.ts';
import { resolveModel } from '../../services/ollama/server.ts';
import { ContentDigests } from '../../services/store/content-digest.ts';
import { hashText } from '../../services/store/durable-files.ts';
import type { Deps, HooksOf } from './deps.ts';
import type { Keyed } from './keyed.ts';

/**
 * The fingerprint of everything that can change a step's output: kind, options, digests of what it reads, libraries.
 * Paths and names of files do not count, their bytes do.
 */
export async function stepKey<K extends ActivityKind>(deps: Deps, step: ResolvedStep<K>, pins: Pins): Promise<Keyed> {
  const { kind, filled } = step;
  const { reuse, revision } = definitionOf(kind)!;
  const lacks = (option: string) => (step.options as Readonly<Record<string, unknown>>)[option] === undefined;
  if (reuse === 'never' || (typeof reuse === 'object' && lacks(reuse.needs))) return {};
  let fixed = mapLeaves(filled, fixedHandle);
  for (const { mark, path, value } of markedValues(kind, filled)) {
    if (mark === 'adapter' || mark === 'creates') continue;
    fixed = withValue(fixed, path, await identity(deps, mark, value, pins));
  }
  const hooks: HooksOf<K> | undefined = deps.hooks[kind];
  const options = hooks?.keyOptions?.(step, fixed, pins) ?? fixed;
  const ignored = optionsWithoutEffect(kind);
  const libraries = await librariesOf(deps, kind);
  const ingredients: Ingredients = {
    kind,
    revision,
    options: Object.fromEntries(Object.entries(options as object).filter(([name]) => !ignored.includes(name))),
    ...(libraries === undefined ? {} : { libraries }),
  };
  return { key: `sha256:${hashText(canonicalJson(ingredients))}`, ingredients };
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

async function identity(deps: Deps, mark: string, value: string, pins: Pins): Promise<Json> {
  if (mark === 'path' || (mark === 'base' && isLocalBase(value))) return (await pinnedFile(deps, value, pins)).digest;
  if (mark === 'base') return hubIdentity(value, pins);
  return pins.models[value] ?? (await resolveModel(deps, value)) ?? `unknown:${value}`;
}

/** A Hub name with its commit. */
export function hubIdentity(base: string, pins: Pins): string {
  const name = base.split('@')[0]!;
  return `hub:${name}@${pins.bases[base]?.revision ?? base.split('@')[1] ?? 'main'}`;
}

/** The digest that a file or folder had when the run began. */
async function pinnedFile(deps: Deps, path: string, pins: Pins): Promise<{ digest: string; size: number }> {
  return pins.files[path] ?? (await digests(deps).of(path));
}

const perDeps = new WeakMap<Deps, ContentDigests>();

/** One table of known digests per worker. */
export function digests(deps: Deps): ContentDigests {
  const known = perDeps.get(deps) ?? new ContentDigests(`${deps.pins}/digests.json`);
  perDeps.set(deps, known);
  return known;
}

/** Opens a file that the document names. Throws INPUT_CHANGED if its bytes have changed since the run began. */
export async function openPinned(deps: Deps, path: string, pins: Pins): Promise<string> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) throw new TemperError('FILE_NOT_FOUND', `${path} does not exist`);
  const pinned = pins.files[path];
  if (pinned) {
    const now = await digests(deps).of(path);
    if (now.digest !== pinned.digest) {
      throw new TemperError(
        'INPUT_CHANGED',
        `${path} changed after the run began: it had ${pinned.size} bytes (${shortDigest(pinned.digest)}), now ${now.size} bytes (${shortDigest(now.digest)})`,
      );
    }
  }
  return path;
}
