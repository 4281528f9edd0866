import { type Handle, ollamaName } from '../../../core/handles.ts';
import { looksLikeHandle } from '../../../core/json.ts';
import { resolveStep } from '../../../core/kinds/options/resolve-options.ts';
import { isActivityKind } from '../../../core/kinds/registry.ts';
import type { Phase } from '../../../core/reasons.ts';
import { phaseWords } from '../../../core/words/phases.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';
import { resolveModel } from '../../../services/ollama/server.ts';
import { digestsOf, writeStepOutcome } from '../../../services/runs/step-outcome.ts';
import { readStepRecord } from '../../../services/store/reuse-index.ts';
import { type Deps, stepFolder } from '../deps.ts';
import { depsOfRun } from '../environment.ts';
import { keepBeating } from '../heartbeat.ts';
import { waitForEqualStep } from './equal-step.ts';
import { stepKey } from './key.ts';
import type { Asking, Found, Keyed } from './keyed.ts';
import { noteLatest } from './why-it-runs.ts';

/**
 * The result under a key, if all it made is still there: artifacts by manifest, sizes and times, models by asking Ollama.
 * An artifact whose bytes were dropped on purpose counts as there: whoever reads it has it made again.
 */
export async function findReusable(deps: Deps, input: Asking, { key, ingredients, earlier }: Keyed): Promise<Found> {
  if (key === undefined) return {};
  const found = await lookUnder(deps, input, key);
  if (found.hit || !ingredients || !isActivityKind(ingredients.kind)) return found;
  const before = await earlier?.().catch(() => undefined);
  const same = before === undefined || before === key ? {} : await lookUnder(deps, input, before);
  if (same.hit) return same;
  const other = await deps.hooks[ingredients.kind]?.findEquivalent?.(deps, input, ingredients);
  const hit = other && (await lookUnder(deps, input, other.key)).hit;
  return hit ? { hit: { ...hit, because: other.because } } : found;
}

async function lookUnder(deps: Deps, input: Asking, key: string): Promise<Found> {
  const record = await readStepRecord(deps.store.root, key);
  if (!record) return {};
  const { outputs, summary, artifacts, because } = record;
  const maker = { run: record.runId, step: record.step };
  for (const digest of digestsOf(record)) {
    await deps.store.keepFromCleanup({ digest });
    if (!(await deps.store.isSound({ digest }))) return { gone: { code: 'artifact_gone', facts: maker } };
  }
  for (const output of Object.values(outputs)) {
    if (looksLikeHandle(output) && output.kind === 'ollama' && !(await isServed(deps, output)))
      return { gone: { code: 'model_gone', facts: { ...maker, model: ollamaName(output) } } };
  }
  const result = { outputs, summary, artifacts: artifacts ?? [], key };
  // The same run finds its own result when an attempt ended well but could not say so.
  const isOwn = record.runId === input.runId && (input.step === undefined || record.step === input.step);
  if (isOwn) return { hit: { ...result, ...(because === undefined ? {} : { because }) } };
  return { hit: { ...result, reusedFrom: record.runId, because: { code: 'equal', facts: maker } } };
}

const isServed = async (deps: Deps, handle: Handle) => (await resolveModel(deps, ollamaName(handle))) === handle.digest;

/** Writes into the run's own folder what it reuses: a clean-up keeps what a run refers to. */
export async function noteReused(
  deps: Deps,
  step: Pick<StepInput, 'runId' | 'pipeline' | 'step' | 'uses'>,
  hit: StepResult,
  { ingredients }: Keyed,
) {
  const finishedAt = new Date().toISOString();
  await Promise.all([
    writeStepOutcome(stepFolder(deps, step.runId, step.step), { uses: step.uses, ...hit, finishedAt }),
    noteLatest(deps, step, hit, ingredients),
  ]);
}

/** The activity that answers for a step which would otherwise have to wait for the device. */
export const reuse =
  (workerDeps: Deps) =>
  async (input: StepInput): Promise<StepResult | null> => {
    let phase: Phase = { code: 'starting', facts: {} };
    const heart = keepBeating(() => ({ phase, text: phaseWords(phase) }));
    try {
      const deps = depsOfRun(workerDeps, input);
      const { step } = resolveStep(input.uses, input.with);
      if (!step) return null;
      const keyed = await stepKey(deps, step, input.pins);
      // The other one may have ended between the first look and the second.
      for (const isLast of [false, true]) {
        const { hit } = await findReusable(deps, input, keyed);
        if (hit) await noteReused(deps, input, hit, keyed);
        if (hit || isLast || keyed.key === undefined) return hit ?? null;
        const waited = await waitForEqualStep(deps, input, keyed.key, (next) => {
          phase = next;
          heart.beat();
        });
        if (!waited) return null;
      }
      return null;
    } finally {
      heart.end();
    }
  };
