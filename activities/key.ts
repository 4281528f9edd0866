import { stat } from 'node:fs/promises';
import type { Json } from '../core/handles.ts';
import { canonicalJson, looksLikeHandle, mapLeaves, withValue } from '../core/json.ts';
import { isLocalBase, markedValues } from '../core/option-marks.ts';
import type { ActivityKind, StepOptions } from '../core/steps.ts';
import { TemperError } from '../core/temper-error.ts';
import { ContentDigests } from '../services/content-digest.ts';
import { hashText } from '../services/durable-files.ts';
import { resolveModel } from '../services/ollama.ts';
import type { Pins, StepInput } from './contract.ts';
import type { Deps } from './deps.ts';

/** Raised when the code of a kind changes what comes out for the same options and inputs. */
const revision: Readonly<Record<ActivityKind, number>> = {
  prepare: 1,
  train: 1,
  checkpoint: 1,
  merge: 1,
  quantize: 1,
  import: 1,
  evaluate: 2,
  promote: 1,
  run: 1,
};

/** Kinds whose output the training libraries or the converters shape. */
const shapedBy: Readonly<Partial<Record<ActivityKind, 'environment' | 'converters'>>> = {
  train: 'environment',
  checkpoint: 'environment',
  merge: 'environment',
  prepare: 'environment',
  run: 'environment',
  quantize: 'converters',
  import: 'converters',
  evaluate: 'environment',
};

/**
 * Fingerprint of all that may change a step's output: kind, options, digests of what it reads, libraries.
 * Paths and names of files do not count, their bytes do. No key: the step is never reused.
 */
export async function stepKey<K extends ActivityKind>(
  deps: Deps,
  kind: K,
  options: StepOptions[K],
  input: Pick<StepInput, 'pins'>,
): Promise<{ key?: string; ingredients: unknown }> {
  const none = { ingredients: undefined };
  if (kind === 'promote') return none;
  if (kind === 'run' && (options as StepOptions['run']).inputs === undefined) return none;
  let fixed = mapLeaves(options as Json, (leaf) =>
    looksLikeHandle(leaf) ? { kind: leaf.kind, digest: leaf.digest } : leaf,
  );
  for (const { mark, path, value } of markedValues(kind, options as Json)) {
    fixed = withValue(fixed, path, await identity(deps, mark, value, input.pins));
  }
  const by = shapedBy[kind];
  const ingredients = {
    kind,
    revision: revision[kind],
    options: fixed,
    ...(by ? { libraries: by === 'converters' ? `${deps.environment} ${deps.converters}` : deps.environment } : {}),
  };
  return { key: `sha256:${hashText(canonicalJson(ingredients))}`, ingredients };
}

async function identity(deps: Deps, mark: string, value: string, pins: Pins): Promise<Json> {
  if (mark === 'path' || (mark === 'base' && isLocalBase(value))) return (await pinnedFile(deps, value, pins)).digest;
  if (mark === 'base') return hubIdentity(value, pins);
  return pins.models[value] ?? (await resolveModel(deps, value)) ?? `unknown:${value}`;
}

/** What a Hub name stands for: the name with its commit. */
export function hubIdentity(base: string, pins: Pins): string {
  const name = base.split('@')[0]!;
  return `hub:${name}@${pins.bases[base]?.revision ?? base.split('@')[1] ?? 'main'}`;
}

/** The digest a file or folder had when the run began. */
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

/** Opens a file that the document names, and refuses it when its bytes are not those the run began with. */
export async function openPinned(deps: Deps, path: string, pins: Pins): Promise<string> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) throw new TemperError('FILE_NOT_FOUND', `${path} is not there`);
  const pinned = pins.files[path];
  if (pinned) {
    const now = await digests(deps).of(path);
    if (now.digest !== pinned.digest) {
      throw new TemperError(
        'INPUT_CHANGED',
        `${path} changed after the run began: it had ${pinned.size} bytes (${pinned.digest.slice(7, 19)}), now ${now.size} bytes (${now.digest.slice(7, 19)})`,
      );
    }
  }
  return path;
}
