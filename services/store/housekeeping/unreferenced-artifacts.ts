import type { RunReferences } from '../../runs/run-references.ts';
import { dropBytes, listArtifacts, removeArtifact } from '../artifact-removal.ts';
import type { ArtifactStore } from '../artifacts.ts';
import { type Found, nothing } from './removal.ts';
import { closure, digestsWithin } from './retention.ts';
import { day } from './training-leftovers.ts';

interface ArtifactsFound extends Found {
  /** Digests of artifacts that stay in the store, with or without their bytes. */
  remaining: Set<string>;
}

/** Finds artifacts that nothing refers to, and bytes that only old runs refer to. */
export async function findArtifacts(
  store: ArtifactStore,
  runs: readonly RunReferences[],
  holding: ReadonlySet<string>,
  roots: Iterable<string>,
  since: number,
): Promise<ArtifactsFound> {
  const found: ArtifactsFound = { ...nothing(), remaining: new Set() };
  const artifacts = await listArtifacts(store);
  const lineage = new Map(artifacts.map(({ digest, manifest }) => [digest, digestsWithin(manifest?.meta)]));
  const of = (wanted: (run: RunReferences) => boolean) => runs.filter(wanted).flatMap((run) => [...run.artifacts]);
  const needed = closure([...roots, ...of(({ runId }) => holding.has(runId))], lineage);
  const named = closure(
    of(() => true),
    lineage,
  );
  for (const { digest, manifest, dropped, wantedAt } of artifacts) {
    const bytes = dropped ? 0 : (manifest?.size ?? 0);
    const name = `${manifest?.kind ?? 'artifact'} ${digest.slice(0, 19)}`;
    if (needed.has(digest) || wantedAt > since || (named.has(digest) && dropped)) {
      found.kept.push({ kind: 'artifact', bytes });
      found.remaining.add(digest);
    } else if (named.has(digest)) {
      const last = Math.max(...runs.flatMap((run) => (run.artifacts.has(digest) ? [run.record?.endedAt ?? 0] : [0])));
      found.remaining.add(digest);
      found.removals.push({
        kind: 'bytes of an artifact',
        name,
        bytes,
        reason: last > 0 ? `the last run that refers to it closed on ${day(last)}` : 'only old runs refer to it',
        carryOut: async () => (await dropBytes(store, { digest }, 'temper gc', since)) || undefined,
      });
    } else {
      const reason = 'no run and no served model refers to it';
      const carryOut = async () => ((await removeArtifact(store, { digest }, since)) ? bytes : undefined);
      found.removals.push({ kind: 'artifact', name, bytes, reason, carryOut });
    }
  }
  return found;
}
