import { readdir } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { looksLikeHandle } from '../../core/json.ts';
import { definitionOf } from '../../core/kinds/registry.ts';
import { rootRunId } from '../../core/run/run-id.ts';
import type { Pruned } from '../../protocol/activities.ts';
import {
  type Folders,
  type RunReferences,
  readAllReferences,
  readReferences,
} from '../../services/runs/run-references.ts';
import { digestsOf, type StepOutcome } from '../../services/runs/step-outcome.ts';
import { dropBytes } from '../../services/store/artifact-removal.ts';
import type { ArtifactStore } from '../../services/store/artifacts.ts';
import { isOpen } from '../../services/store/housekeeping/retention.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import type { Deps } from '../engine/deps.ts';

/**
 * Deletes the bytes of intermediate artifacts of a succeeded run: merged models and f16 GGUFs whose quantized children an
 * import has proven. Their manifests stay, so an equal step is still reused; a step that reads the bytes has them made again.
 */
export const prune =
  (deps: Deps) =>
  async ({ runId }: { runId: string }): Promise<Pruned> => {
    const context = Context.current();
    const timer = setInterval(() => context.heartbeat(), 5_000);
    try {
      const folders = { runs: deps.runs, store: deps.store.root };
      const runs = await readFamily(folders, runId);
      const outcomes = runs.filter((run) => !keeps(run)).flatMap((run) => Object.values(run.outcomes));
      const candidates = await provenIntermediates(deps.store, outcomes);
      const pruned = { artifacts: 0, bytes: 0 };
      if (candidates.length === 0) return pruned;
      const needed = await neededByOthers(deps, runId);
      for (const digest of candidates) {
        const bytes = needed.has(digest) ? 0 : await dropBytes(deps.store, { digest }, runId);
        if (bytes > 0) pruned.artifacts += 1;
        pruned.bytes += bytes;
      }
      return pruned;
    } finally {
      clearInterval(timer);
    }
  };

const keeps = ({ plan }: RunReferences) => plan?.keep?.intermediates === 'always';

/** A run and the pipelines that ran as its steps. */
async function readFamily(folders: Folders, runId: string): Promise<RunReferences[]> {
  const names = await readdir(folders.runs).catch(() => [] as string[]);
  const family = names.filter((name) => rootRunId(name) === runId);
  const read = await Promise.all(family.map((name) => readReferences(folders, name)));
  return read.filter((run) => run !== undefined);
}

/** Artifacts that other open runs may read, and those of pipelines with `keep: { intermediates: always }`. */
async function neededByOthers(deps: Deps, runId: string): Promise<Set<string>> {
  const others = await readAllReferences({ runs: deps.runs, store: deps.store.root });
  const holding = others.filter((other) =>
    rootRunId(other.runId) === runId ? keeps(other) : isOpen(other) || keeps(other),
  );
  return new Set(holding.flatMap(({ artifacts }) => [...artifacts]));
}

/** Digests of intermediate artifacts that are nobody's result, and of which every quantized child is proven. */
export async function provenIntermediates(store: ArtifactStore, outcomes: readonly StepOutcome[]): Promise<string[]> {
  const prunable = ({ uses }: StepOutcome) => definitionOf(uses)?.prunable;
  const outputs = (wanted: (outcome: StepOutcome) => boolean) =>
    outcomes.filter(wanted).flatMap((outcome) => digestsOf({ outputs: outcome.outputs }));
  const proven = new Set(await provenGgufs(store, outcomes));
  const results = new Set(outputs((outcome) => prunable(outcome) !== 'everything'));
  const made = new Set(outcomes.filter((outcome) => prunable(outcome) !== undefined).flatMap(digestsOf));
  const bases = new Set((await manifestsOf(store, new Set(outcomes.flatMap(digestsOf)))).flatMap(baseOf));
  const ggufs = await manifestsOf(store, new Set(outputs((outcome) => prunable(outcome) === 'by-products')));
  const found: string[] = [];
  for (const manifest of await manifestsOf(store, made)) {
    if (manifest.kind !== 'model' && manifest.kind !== 'gguf') continue;
    if (results.has(manifest.digest) || bases.has(manifest.digest)) continue;
    const children = ggufs.filter(({ meta }) => isOf(meta.model, manifest) || isOf(meta.parent, manifest));
    if (children.length > 0 && children.every(({ digest }) => proven.has(digest))) found.push(manifest.digest);
  }
  return found;
}

/** The base model of an artifact. It stays: a training may start from a model that the same run has merged. */
const baseOf = ({ meta }: Manifest): string[] => {
  const { base } = meta;
  return typeof base === 'object' && base !== null && 'digest' in base ? [String(base.digest)] : [];
};

/** Digests of the GGUFs that have a proof report. */
async function provenGgufs(store: ArtifactStore, outcomes: readonly StepOutcome[]): Promise<string[]> {
  const proofs = outcomes.flatMap(({ uses, outputs }) => {
    const proof = outputs[definitionOf(uses)?.proofOutput ?? ''];
    return looksLikeHandle(proof) ? [proof.digest] : [];
  });
  const reports = await manifestsOf(store, new Set(proofs));
  return reports.flatMap(({ meta }) => (looksLikeHandle(meta.gguf) ? [meta.gguf.digest] : []));
}

async function manifestsOf(store: ArtifactStore, digests: ReadonlySet<string>): Promise<Manifest[]> {
  const manifests = await Promise.all([...digests].map((digest) => store.manifestOf({ digest })));
  return manifests.filter((manifest) => manifest !== undefined);
}

const isOf = (value: unknown, manifest: Manifest) => looksLikeHandle(value) && value.digest === manifest.digest;
