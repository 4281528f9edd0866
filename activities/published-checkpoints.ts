import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Handle } from '../core/handles.ts';
import { copyTree, exists, writeDurably } from '../services/durable-files.ts';
import type { SavedCheckpoint } from './contract.ts';
import type { Deps } from './deps.ts';
import { keepBeating } from './heartbeat.ts';

interface Published {
  checkpoint: number;
  handle: Handle;
}

/** The store's list of a training's checkpoints: what another host resumes from. */
const listFile = (deps: Deps, runId: string, step: string) =>
  join(deps.store.root, 'checkpoints', runId, `${step}.json`);

async function readList(deps: Deps, runId: string, step: string): Promise<Published[]> {
  return await readFile(listFile(deps, runId, step), 'utf8').then(
    (text) => JSON.parse(text) as Published[],
    () => [],
  );
}

/** Copies a saved checkpoint into the store and forgets those beyond `keep`. Null when the training has pruned it meanwhile. */
export const publishCheckpoint =
  (deps: Deps) =>
  async (saved: SavedCheckpoint): Promise<Handle | null> => {
    const heart = keepBeating();
    const staging = await deps.store.stage(`${saved.runId}-${saved.step}-checkpoint-${saved.checkpoint}`);
    try {
      await copyTree(saved.path, join(staging, 'files', basename(saved.path)));
      if (!(await exists(join(saved.path, 'manifest.json')))) return null;
      const handle = await deps.store.publish(staging, 'checkpoints', { run: saved.runId, step: saved.step });
      const list = (await readList(deps, saved.runId, saved.step)).filter(
        (each) => each.checkpoint !== saved.checkpoint,
      );
      const newest = [...list, { checkpoint: saved.checkpoint, handle }].sort((a, b) => b.checkpoint - a.checkpoint);
      await writeDurably(listFile(deps, saved.runId, saved.step), JSON.stringify(newest.slice(0, saved.keep)));
      return handle;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    } finally {
      heart.end();
      await deps.store.discard(staging);
    }
  };

/** Brings the newest published checkpoint to this host when its own disk holds none as new; the trainer verifies it. */
export async function newestPublished(
  deps: Deps,
  runId: string,
  step: string,
  workdir: string,
): Promise<string | null> {
  const [newest] = await readList(deps, runId, step);
  if (!newest || (await exists(join(workdir, 'checkpoints', `checkpoint-${newest.checkpoint}`)))) return null;
  if ((await deps.store.condition(newest.handle)) !== 'whole') return null;
  const target = join(workdir, 'fetched');
  await rm(target, { recursive: true, force: true });
  const { path } = await deps.store.open(newest.handle);
  await copyTree(path, target);
  return join(target, `checkpoint-${newest.checkpoint}`);
}
