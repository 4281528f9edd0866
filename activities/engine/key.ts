import { stat } from 'node:fs/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Json, shortDigest } from '../../core/handles.ts';
import { canonicalJson, looksLikeHandle, mapLeaves, withValue } from '../../core/json.ts';
import type { Ingredients } from '../../core/key-difference.ts';
import { isLocalBase, markedValues } from '../../core/kinds/option-marks.ts';
import type { ActivityKind, StepOptions } from '../../core/kinds/registry.ts';
import type { Pins, StepInput } from '../../protocol/activities.ts';
import { resolveModel } from '../../services/ollama/server.ts';
import { ContentDigests } from '../../services/store/content-digest.ts';
import { hashText } from '../../services/store/durable-files.ts';
import { adapterToContinue } from '../train/continue-from.ts';
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

/** What shapes the output of each kind besides temper's own code. `serving`: the Ollama that answers people; it is proven and judged as it is now. */
const shapedBy: Readonly<Partial<Record<ActivityKind, 'environment' | 'converters' | 'serving'>>> = {
  train: 'environment',
  checkpoint: 'environment',
  merge: 'environment',
  prepare: 'environment',
  run: 'environment',
  quantize: 'converters',
  import: 'serving',
  evaluate: 'serving',
};

/** Options that bound how a step is carried out and cannot reach its output. */
const withoutEffect: Readonly<Partial<Record<ActivityKind, readonly string[]>>> = { run: ['timeout_minutes'] };

/** No key: the step is never reused. */
export interface Keyed {
  key?: string;
  ingredients?: Ingredients;
}

/**
 * Fingerprint of all that may change a step's output: kind, options, digests of what it reads, libraries.
 * Paths and names of files do not count, their bytes do.
 */
export async function stepKey<K extends ActivityKind>(
  deps: Deps,
  kind: K,
  options: StepOptions[K],
  input: Pick<StepInput, 'pins'>,
): Promise<Keyed> {
  if (kind === 'promote') return {};
  if (kind === 'run' && (options as StepOptions['run']).inputs === undefined) return {};
  let fixed = mapLeaves(options as Json, fixedHandle);
  for (const { mark, path, value } of markedValues(kind, options as Json)) {
    if (mark !== 'adapter') fixed = withValue(fixed, path, await identity(deps, mark, value, input.pins));
  }
  if (kind === 'train') fixed = withFixedStart(fixed, options as StepOptions['train'], input.pins);
  const effective = Object.entries(fixed as object).filter(([name]) => !withoutEffect[kind]?.includes(name));
  const libraries = await librariesOf(deps, kind);
  const ingredients: Ingredients = {
    kind,
    revision: revision[kind],
    options: Object.fromEntries(effective),
    ...(libraries === undefined ? {} : { libraries }),
  };
  return { key: `sha256:${hashText(canonicalJson(ingredients))}`, ingredients };
}

const fixedHandle = (leaf: Json): Json => (looksLikeHandle(leaf) ? { kind: leaf.kind, digest: leaf.digest } : leaf);

/** However the adapter is named, it counts by its digest; a training that begins anew is one without the option. */
function withFixedStart(fixed: Json, options: StepOptions['train'], pins: Pins): Json {
  if (options.continue_from === undefined) return fixed;
  const { continue_from: _, ...rest } = fixed as { [option: string]: Json };
  const start = adapterToContinue(options.continue_from, pins);
  return start ? { ...rest, continue_from: fixedHandle(start.adapter as unknown as Json) } : rest;
}

async function librariesOf(deps: Deps, kind: ActivityKind): Promise<Ingredients['libraries']> {
  const { environment, converters } = deps;
  switch (shapedBy[kind]) {
    case undefined:
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
        `${path} changed after the run began: it had ${pinned.size} bytes (${shortDigest(pinned.digest)}), now ${now.size} bytes (${shortDigest(now.digest)})`,
      );
    }
  }
  return path;
}
