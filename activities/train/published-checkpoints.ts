import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import type { SavedCheckpoint } from '../../protocol/activities.ts';
import { copyTree, exists, writeDurably } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { keepBeating } from '../engine/heartbeat.ts';

interface Published {
  checkpoint: number;
  handle: Handle;
}

/** The store's list of a training's checkpoints; another host resumes from it. */
const listFile = (deps: Deps, runId: string, step: string) =>
  join(deps.store.root, 'checkpoints', runId, `${step}.json`);

async function readList(deps: Deps, runId: string, step: string): Promise<Published[]> {
  return await readFile(listFile(deps, runId, step), 'utf8').then(
    (text) => JSON.parse(text) as Published[],
    () => [],
  );
}

/**
 * Copies a saved checkpoint and the best one into the store, and drops those beyond `keep` from the list. Returns null if
 * the training has deleted the checkpoint in the meantime.
 */
export const publishCheckpoint =
  (deps: Deps) =>
  async (saved: SavedCheckpoint): Promise<Handle | null> => {
    const heart = keepBeating();
    try {
      const known = await readList(deps, saved.runId, saved.step);
      const list = known.filter((each) => each.checkpoint !== saved.checkpoint);
      const isNew = saved.best && !list.some((each) => each.checkpoint === saved.best!.checkpoint);
      const best = isNew ? await copyToStore(deps, saved, saved.best!) : null;
      const newest = await copyToStore(deps, saved, saved);
      if (best) list.push({ checkpoint: saved.best!.checkpoint, handle: best });
      if (newest) list.push({ checkpoint: saved.checkpoint, handle: newest });
      const bestStep = saved.best?.checkpoint ?? saved.checkpoint;
      const kept = list
        .sort((a, b) => b.checkpoint - a.checkpoint)
        .filter((each, index) => index < saved.keep || each.checkpoint === bestStep);
      await writeDurably(listFile(deps, saved.runId, saved.step), JSON.stringify(kept));
      return newest;
    } finally {
      heart.end();
    }
  };

/** Returns null if the training deleted the checkpoint before or during the copy. */
async function copyToStore(
  deps: Deps,
  { runId, step }: SavedCheckpoint,
  { checkpoint, path }: { checkpoint: number; path: string },
): Promise<Handle | null> {
  const staging = await deps.store.stage(`${runId}-${step}-checkpoint-${checkpoint}`);
  try {
    await copyTree(path, join(staging, 'files', basename(path)));
    if (!(await exists(join(path, 'manifest.json')))) return null;
    return await deps.store.publish(staging, 'checkpoints', { run: runId, step });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  } finally {
    await deps.store.discard(staging);
  }
}

/**
 * Copies published checkpoints to this host if its disk does not have the newest one. Older ones, among them the best, go
 * to the training's own folder. Returns the path of the newest, which the trainer verifies and resumes from, or else null.
 */
export async function fetchPublished(deps: Deps, runId: string, step: string, workdir: string): Promise<string | null> {
  const [newest, ...older] = await readList(deps, runId, step);
  const own = (checkpoint: number) => join(workdir, 'checkpoints', `checkpoint-${checkpoint}`);
  if (!newest || (await exists(own(newest.checkpoint)))) return null;
  if ((await deps.store.condition(newest.handle)) !== 'whole') return null;
  const target = join(workdir, 'fetched');
  await rm(target, { recursive: true, force: true });
  for (const each of older) {
    if ((await exists(own(each.checkpoint))) || (await deps.store.condition(each.handle)) !== 'whole') continue;
    await copyTree((await deps.store.open(each.handle)).path, target);
    await mkdir(join(workdir, 'checkpoints'), { recursive: true });
    await rename(join(target, `checkpoint-${each.checkpoint}`), own(each.checkpoint));
  }
  await copyTree((await deps.store.open(newest.handle)).path, target);
  return join(target, `checkpoint-${newest.checkpoint}`);
}
