import type { Plan } from '../../core/run/plan.ts';
import type { RunReferences } from '../runs/run-references.ts';
import { listArtifacts } from './artifact-removal.ts';
import type { ArtifactStore } from './artifacts.ts';
import { endOf, isOpen } from './housekeeping/retention.ts';

interface Damage {
  digest: string;
  why: string;
  /** The run and step that made it, if this home knows them. */
  run?: string;
  step?: string;
  /** The command that makes it again. */
  next: string;
}

export interface Verification {
  /** Sound artifacts, each read in full. */
  read: { artifacts: number; bytes: number };
  damages: Damage[];
}

/**
 * Reads every byte of every artifact, and looks for artifacts that runs refer to and the store lacks. `onDamage: 'mark'`
 * records the damage, so that no run reuses the artifact; `report` changes nothing.
 */
export async function verifyStore(
  store: ArtifactStore,
  runs: readonly RunReferences[],
  how: { onDamage: 'mark' | 'report'; onProgress?: (done: number, total: number) => void },
): Promise<Verification> {
  const artifacts = await listArtifacts(store);
  const read = { artifacts: 0, bytes: 0 };
  const damages: Damage[] = [];
  const report = (digest: string, why: string) => damages.push({ digest, why, ...makerOf(digest, runs) });
  for (const [index, { digest, manifest, dropped }] of artifacts.entries()) {
    how.onProgress?.(index, artifacts.length);
    if (dropped) continue;
    await store.open({ digest, ...(manifest ? { kind: manifest.kind } : {}) }, { verify: true, ...how }).then(
      () => {
        read.artifacts += 1;
        read.bytes += manifest?.size ?? 0;
      },
      (error: Error) => report(digest, error.message),
    );
  }
  const there = new Set(artifacts.map(({ digest }) => digest));
  for (const digest of new Set(runs.flatMap((run) => [...run.artifacts])))
    if (!there.has(digest)) report(digest, `artifact ${digest.slice(0, 19)}…: not in the store`);
  return { read, damages };
}

/** The run that made an artifact, not one that reused it. `next` names the newest run that refers to it. */
function makerOf(digest: string, runs: readonly RunReferences[]): Omit<Damage, 'digest' | 'why'> {
  const users = runs.filter(({ artifacts }) => artifacts.has(digest)).sort((a, b) => endOf(b) - endOf(a));
  const made = users.flatMap((run) =>
    Object.entries(run.outcomes).flatMap(([step, { outputs, artifacts, reusedFrom }]) =>
      artifacts.includes(digest) || JSON.stringify(outputs).includes(digest) ? [{ run, step, reusedFrom }] : [],
    ),
  );
  const maker = made.find(({ reusedFrom }) => reusedFrom === undefined) ?? made[0];
  const next = users[0] ? repairCommand(users[0]) : 'nothing: no run refers to it; `npx temper gc` removes it';
  return maker ? { run: maker.run.runId, step: maker.step, next } : { next };
}

function repairCommand(run: RunReferences): string {
  if (run.root) return repairCommand(run.root);
  if (!run.plan || (run.record && run.record.status !== 'succeeded')) return `npx temper resume ${run.runId}`;
  if (isOpen(run)) return `nothing: ${run.runId} is open and makes it again when it needs it`;
  return `npx temper run ${quote(run.plan.document.path)}${givenInputs(run.plan)}`;
}

const givenInputs = ({ inputs }: Plan): string =>
  Object.entries(inputs)
    .map(([name, value]) => ` -i ${quote(`${name}=${value}`)}`)
    .join('');

const quote = (text: string) => (/^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
