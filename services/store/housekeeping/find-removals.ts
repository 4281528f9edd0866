import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Home } from '../../machine/home.ts';
import { readAllServed, type ServedModel } from '../../ollama/served-models.ts';
import { readAllReferences } from '../../runs/run-references.ts';
import { ArtifactStore } from '../artifacts.ts';
import { findKeyRecords, findStagings } from './key-records-and-stagings.ts';
import type { Found, Kept, Removal } from './removal.ts';
import { digestsOfServed, holdingRuns } from './retention.ts';
import { askServers, findStagingModels, type OllamaModels } from './staging-models.ts';
import { findTrainingLeftovers } from './training-leftovers.ts';
import { findArtifacts } from './unreferenced-artifacts.ts';
import { findWrittenRows } from './written-rows.ts';

export type { Found, Removal } from './removal.ts';

/** Everything younger than this stays. */
const graceMs = 3_600_000;

export interface CleanUp {
  home: Pick<Home, 'runs' | 'store'>;
  /** Runs that closed longer ago than this, in milliseconds, no longer keep the bytes of their artifacts. */
  olderThan?: number | undefined;
  /** Base URLs of the Ollama servers that temper uses; undefined if none is known at the moment. */
  ollama: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  now?: number;
}

/**
 * Finds everything that no run, served model or tag refers to; changes nothing. A schedule refers to no artifact: it
 * holds a plan, and its newest succeeded run keeps the artifacts that the next one reuses.
 *
 * A run may start, and a step may publish, meanwhile. Both touch an artifact's manifest before they check the artifact.
 * A removal renames the artifact first and then reads the time of that touch. So either the removal sees the touch and
 * puts the artifact back, or the step finds no artifact and makes it again.
 */
export async function findRemovals({ home, olderThan, ollama, now = Date.now() }: CleanUp): Promise<Found> {
  const store = new ArtifactStore(home.store);
  const folders = { runs: home.runs, store: home.store };
  const runs = await readAllReferences(folders);
  const since = now - graceMs;
  const notes: string[] = [];
  const served = await readAllServed(home.store);
  const servers = await askServers(ollama ?? [], notes);
  if (!ollama) notes.push('no Ollama is known at the moment; all models that temper made count as served');
  const isWholeAnswer = ollama !== undefined && servers.size === new Set(ollama).size;
  const holding = holdingRuns(runs, olderThan === undefined ? undefined : now - olderThan);

  const trainings = await findTrainingLeftovers(folders, store, runs, holding, { now, since });
  const roots = [...trainings.checkpoints, ...rootsOfServed(served, isWholeAnswer ? servers : undefined)];
  const artifacts = await findArtifacts(store, runs, holding, roots, since);
  if (runs.length === 0 && artifacts.removals.length > 0) {
    // Runs of other hosts may refer to a shared store, and this home knows nothing of them.
    throw new TemperError(
      'BAD_OPTIONS',
      `${home.runs} has no run, but ${home.store} has ${artifacts.removals.length} artifacts; they may belong to runs of another home`,
      { remedy: 'Set TEMPER_HOME to the home whose runs made them, or delete the folder yourself.' },
    );
  }
  const parts: Found[] = [
    artifacts,
    trainings,
    await findKeyRecords(home.store, artifacts.remaining, since),
    await findWrittenRows(home.store, now),
    await findStagings(home.store, since, now),
    await findStagingModels(home.runs, runs, servers, since),
  ];
  return {
    removals: parts.flatMap(({ removals }) => removals),
    kept: parts.flatMap(({ kept }) => kept),
    notes,
  };
}

/** Digests that served models were made from. If a server did not answer, all models that temper made count as served. */
function rootsOfServed(served: Readonly<Record<string, ServedModel>>, servers: OllamaModels | undefined): string[] {
  const there = servers && new Set([...servers.values()].flat().map(({ digest }) => digest));
  return Object.entries(served).flatMap(([digest, model]) =>
    !there || there.has(digest) ? digestsOfServed(model) : [],
  );
}

export interface Removed {
  removal: Removal;
  /** Bytes freed; undefined if it is in use again and stays. */
  bytes: number | undefined;
}

/** Carries out removals one after the other, and calls `onRemoved` after each. */
export async function carryOutRemovals(
  removals: readonly Removal[],
  onRemoved: (removed: Removed) => void,
): Promise<Removed[]> {
  const done: Removed[] = [];
  for (const removal of removals) {
    const removed = { removal, bytes: await removal.carryOut() };
    done.push(removed);
    onRemoved(removed);
  }
  return done;
}

export interface TableRow {
  kind: string;
  kept: { count: number; bytes: number };
  removed: { count: number; bytes: number };
}

/** Counts and bytes, kept and removed, by kind. Omits kinds without an entry. */
export function summarise(kept: readonly Kept[], removed: readonly Removed[]): TableRow[] {
  const gone = removed.filter(({ bytes }) => bytes !== undefined);
  const kinds = [...new Set([...kept.map(({ kind }) => kind), ...removed.map(({ removal }) => removal.kind)])];
  const total = (each: readonly { bytes?: number | undefined }[]) => ({
    count: each.length,
    bytes: each.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  });
  return kinds.sort().map((kind) => ({
    kind,
    kept: total([
      ...kept.filter((each) => each.kind === kind),
      ...removed.flatMap(({ removal, bytes }) =>
        removal.kind === kind && bytes === undefined ? [{ bytes: removal.bytes }] : [],
      ),
    ]),
    removed: total(gone.filter(({ removal }) => removal.kind === kind)),
  }));
}
