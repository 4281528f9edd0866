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

export type { Found, Removal } from './removal.ts';

/** What is younger than this stays, referred to or not, in milliseconds. */
const graceMs = 3_600_000;

export interface CleanUp {
  home: Pick<Home, 'runs' | 'store'>;
  /** Runs that closed longer ago than this, in milliseconds, no longer hold the bytes of what they refer to. */
  olderThan?: number | undefined;
  /** Base URLs of the Ollama servers that temper makes models on; undefined where none is known at the moment. */
  ollama: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  now?: number;
}

/**
 * Finds what no run, served model or tag refers to; changes nothing. A schedule refers to no artifact: it holds a plan,
 * and its newest succeeded run holds what the next one reuses.
 *
 * A run may start, and a step may publish, while this works. Both touch an artifact's manifest before they look whether
 * it is whole, and a removal looks at that time after it has renamed the artifact away: so either the removal sees the
 * touch and puts it back, or the other one finds nothing and makes it anew.
 */
export async function findRemovals({ home, olderThan, ollama, now = Date.now() }: CleanUp): Promise<Found> {
  const store = new ArtifactStore(home.store);
  const folders = { runs: home.runs, store: home.store };
  const runs = await readAllReferences(folders);
  const since = now - graceMs;
  const notes: string[] = [];
  const served = await readAllServed(home.store);
  const servers = await askServers(ollama ?? [], notes);
  if (!ollama) notes.push('no Ollama is known at the moment: every model that temper made counts as served');
  const isWholeAnswer = ollama !== undefined && servers.size === new Set(ollama).size;
  const holding = holdingRuns(runs, olderThan === undefined ? undefined : now - olderThan);

  const trainings = await findTrainingLeftovers(folders, store, runs, holding, { now, since });
  const roots = [...trainings.checkpoints, ...rootsOfServed(served, isWholeAnswer ? servers : undefined)];
  const artifacts = await findArtifacts(store, runs, holding, roots, since);
  if (runs.length === 0 && artifacts.removals.length > 0) {
    // A store that hosts share is referred to by the runs of them all; here nothing of them is known.
    throw new TemperError(
      'BAD_OPTIONS',
      `${home.runs} tells of no run, but ${home.store} holds ${artifacts.removals.length} artifacts that may belong to runs of another home`,
      { remedy: 'Clean up from the home whose runs made them (TEMPER_HOME), or remove the folder yourself.' },
    );
  }
  const parts: Found[] = [
    artifacts,
    trainings,
    await findKeyRecords(home.store, artifacts.standing, since),
    await findStagings(home.store, since, now),
    await findStagingModels(home.runs, runs, servers, since),
  ];
  return {
    removals: parts.flatMap(({ removals }) => removals),
    kept: parts.flatMap(({ kept }) => kept),
    notes,
  };
}

/** Digests of what the served models were made from. Where a server did not answer, all that temper made count as served. */
function rootsOfServed(served: Readonly<Record<string, ServedModel>>, servers: OllamaModels | undefined): string[] {
  const there = servers && new Set([...servers.values()].flat().map(({ digest }) => digest));
  return Object.entries(served).flatMap(([digest, model]) =>
    !there || there.has(digest) ? digestsOfServed(model) : [],
  );
}

export interface Removed {
  removal: Removal;
  /** Bytes that went; undefined where it was needed again and stays. */
  bytes: number | undefined;
}

/** Carries out what was found, one after the other, telling of each. */
export async function carryOutRemovals(
  removals: readonly Removal[],
  tell: (removed: Removed) => void,
): Promise<Removed[]> {
  const done: Removed[] = [];
  for (const removal of removals) {
    const removed = { removal, bytes: await removal.carryOut() };
    done.push(removed);
    tell(removed);
  }
  return done;
}

export interface TableRow {
  kind: string;
  kept: { count: number; bytes: number };
  removed: { count: number; bytes: number };
}

/** What stays and what goes, by kind; kinds of which there is nothing are left out. */
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
