import { stat } from 'node:fs/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { shortDigest } from '../../core/handles.ts';
import type { PinnedFile, Pins } from '../../protocol/activities.ts';
import { ContentDigests } from '../../services/store/content-digest.ts';
import type { Deps } from './deps.ts';

/** Stands for a file that need not exist and did not when the run began. */
export const absentFile: PinnedFile = { digest: 'absent', size: 0 };

/** The digest that a file or folder had when the run began. */
export async function pinnedFile(deps: Deps, path: string, pins: Pins, mayBeAbsent = false): Promise<PinnedFile> {
  const pinned = pins.files[path];
  if (pinned) return pinned;
  return await digests(deps)
    .of(path)
    .catch((error: NodeJS.ErrnoException) => {
      if (mayBeAbsent && error.code === 'ENOENT') return absentFile;
      throw error;
    });
}

/** Opens a file that need not exist; undefined if it did not when the run began. */
export async function openIfThere(deps: Deps, path: string, pins: Pins): Promise<string | undefined> {
  const { digest } = await pinnedFile(deps, path, pins, true);
  return digest === absentFile.digest ? undefined : await openPinned(deps, path, pins);
}

/** The digest that a base model had when the run began. */
export async function pinnedBase(deps: Deps, path: string, pins: Pins): Promise<PinnedFile> {
  return pins.files[path] ?? (await digests(deps).ofBase(path));
}

const perDeps = new WeakMap<Deps, ContentDigests>();

/** One table of known digests per worker. */
export function digests(deps: Deps): ContentDigests {
  const known = perDeps.get(deps) ?? new ContentDigests(`${deps.pins}/digests.json`);
  perDeps.set(deps, known);
  return known;
}

/** Opens a file or a base model that the document names. Throws INPUT_CHANGED if what counts of it has changed since the run began. */
export async function openPinned(deps: Deps, path: string, pins: Pins): Promise<string> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) throw new TemperError('FILE_NOT_FOUND', `${path} does not exist`);
  const pinned = pins.files[path];
  if (pinned) {
    const now: PinnedFile = pinned.parts ? await digests(deps).ofBase(path) : await digests(deps).of(path);
    if (now.digest !== pinned.digest) throw new TemperError('INPUT_CHANGED', changeOf(path, pinned, now));
  }
  return path;
}

function changeOf(path: string, was: PinnedFile, now: PinnedFile): string {
  const [before, after] = [was.parts ?? {}, now.parts ?? {}];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const [first, ...more] = was.parts ? names.filter((name) => before[name] !== after[name]) : [];
  if (first === undefined)
    return `${path} changed after the run began: it had ${was.size} bytes (${shortDigest(was.digest)}), now ${now.size} bytes (${shortDigest(now.digest)})`;
  const how = after[first] === undefined ? 'is gone' : before[first] === undefined ? 'is new' : 'has other content';
  return `${path} changed after the run began: its ${first} ${how}${more.length > 0 ? `, also ${more.join(', ')}` : ''}`;
}
