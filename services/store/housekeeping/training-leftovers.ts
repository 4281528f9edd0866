import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { localDay } from '../../machine/local-time.ts';
import type { Folders, RunReferences } from '../../runs/run-references.ts';
import type { ArtifactStore } from '../artifacts.ts';
import { exists, sizeOf } from '../durable-files.ts';
import { abandonedStagings } from '../staging-folders.ts';
import { type Found, nothing, ofPath } from './removal.ts';
import { endOf, isOpen } from './retention.ts';

/** Quarantined checkpoints are kept this long, so that a person can look into them. */
const quarantineMs = 7 * 86_400_000;

interface TrainingsFound extends Found {
  /** Digests of published checkpoints that a training may still resume from. */
  checkpoints: Set<string>;
}

/** Finds files of trainings that are over and that no resumed run needs. */
export async function findTrainingLeftovers(
  folders: Folders,
  store: ArtifactStore,
  runs: readonly RunReferences[],
  holding: ReadonlySet<string>,
  when: { now: number; since: number },
): Promise<TrainingsFound> {
  const found: TrainingsFound = { ...nothing(), checkpoints: new Set() };
  for (const run of runs) {
    const folder = join(folders.runs, run.runId);
    const steps = new Set([
      ...Object.keys(run.checkpoints),
      ...(await readdir(join(folder, 'steps')).catch(() => [] as string[])),
    ]);
    for (const step of steps) {
      const reason = endOf(run) > when.since ? undefined : await reasonForRemoval(store, run, step, holding);
      // A resumed run deletes its record in its first activity.
      const isNeeded = async () => !(await exists(join(folder, 'run.json')));
      const list = join(folders.store, 'checkpoints', run.runId, `${step}.json`);
      const work = join(folder, 'steps', step, 'work');
      if (run.checkpoints[step]) {
        if (reason) found.removals.push(await ofPath('published checkpoints', list, reason, isNeeded));
        else for (const { digest } of run.checkpoints[step]) found.checkpoints.add(digest);
      }
      if (await exists(work)) {
        if (reason) found.removals.push(await ofPath('work folder', work, reason, isNeeded));
        else {
          found.kept.push({ kind: 'work folder', bytes: await sizeOf(work) });
          found.removals.push(...(await oldQuarantines(join(work, 'quarantine'), when.now)));
        }
      }
      found.removals.push(...(await interruptedRemovals(join(folder, 'steps', step))));
    }
  }
  return found;
}

/** Why nothing will resume this training; undefined if something may. */
async function reasonForRemoval(
  store: ArtifactStore,
  run: RunReferences,
  step: string,
  holding: ReadonlySet<string>,
): Promise<string | undefined> {
  if (isOpen(run)) return undefined;
  if (!holding.has(run.runId)) return `its run closed on ${day(run.record?.endedAt)}`;
  const made = run.outcomes[step]?.outputs.checkpoints ?? run.record?.steps[step]?.outputs?.checkpoints;
  const digest = typeof made === 'object' && made !== null && 'digest' in made ? String(made.digest) : undefined;
  if (digest === undefined || (await store.condition({ digest })) !== 'whole') return undefined;
  return 'the training has ended, and its checkpoints are an artifact';
}

async function oldQuarantines(folder: string, now: number) {
  const names = await readdir(folder).catch(() => [] as string[]);
  const old = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, ctimeMs } = await stat(join(folder, name));
      const age = now - Math.max(mtimeMs, ctimeMs);
      return age < quarantineMs
        ? []
        : [await ofPath('quarantine', join(folder, name), `quarantined ${Math.floor(age / 86_400_000)} days ago`)];
    }),
  );
  return old.flat();
}

/** Folders that an earlier clean-up had renamed when it was killed. */
async function interruptedRemovals(folder: string) {
  const trash = (await abandonedStagings(folder, Date.now())).filter(({ path }) => /\/trash~[^/]*$/.test(path));
  return await Promise.all(trash.map(({ path }) => ofPath('work folder', path, 'left by a killed clean-up')));
}

export const day = (time: number | undefined): string => (time === undefined ? 'an unknown day' : localDay(time));
