import { stat } from 'node:fs/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { shortDigest } from '../../core/handles.ts';
import type { Pins } from '../../protocol/activities.ts';
import { ContentDigests } from '../../services/store/content-digest.ts';
import type { Deps } from './deps.ts';

/** The digest that a file or folder had when the run began. */
export async function pinnedFile(deps: Deps, path: string, pins: Pins): Promise<{ digest: string; size: number }> {
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
