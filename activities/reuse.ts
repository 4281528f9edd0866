import type { Handle } from '../core/handles.ts';
import { ollamaName } from '../core/handles.ts';
import { looksLikeHandle } from '../core/json.ts';
import { stepOptions } from '../core/steps.ts';
import { resolveModel } from '../services/ollama.ts';
import { readStepRecord } from '../services/step-records.ts';
import { digestsOf, writeStepOutcome } from '../services/step-results.ts';
import type { StepInput, StepResult } from './contract.ts';
import { type Deps, stepFolder } from './deps.ts';
import { depsOfRun } from './environment.ts';
import { stepKey } from './key.ts';

/**
 * The result under a key, if all it made is still there: artifacts by manifest, sizes and times, models by asking Ollama.
 * An artifact whose bytes were dropped on purpose counts as there: whoever reads it has it made again.
 */
export async function findReusable(
  deps: Deps,
  input: { runId: string; step?: string },
  key: string,
): Promise<StepResult | undefined> {
  const record = await readStepRecord(deps.store.root, key);
  if (!record) return undefined;
  const { outputs, summary, artifacts } = record;
  for (const digest of digestsOf(record)) {
    await deps.store.want({ digest });
    if (!(await deps.store.isSound({ digest }))) return undefined;
  }
  for (const output of Object.values(outputs)) {
    if (looksLikeHandle(output) && output.kind === 'ollama' && !(await isServed(deps, output))) return undefined;
  }
  const result = { outputs, summary, artifacts: artifacts ?? [], key };
  // The same run finds its own result when an attempt ended well but could not say so.
  const isOwn = record.runId === input.runId && (input.step === undefined || record.step === input.step);
  return isOwn ? result : { ...result, reusedFrom: record.runId };
}

const isServed = async (deps: Deps, handle: Handle) => (await resolveModel(deps, ollamaName(handle))) === handle.digest;

/** Writes into the run's own folder what it reuses: a clean-up keeps what a run refers to. */
export async function noteReused(deps: Deps, step: Pick<StepInput, 'runId' | 'step' | 'uses'>, hit: StepResult) {
  const finishedAt = new Date().toISOString();
  await writeStepOutcome(stepFolder(deps, step.runId, step.step), { uses: step.uses, ...hit, finishedAt });
}

/** The activity that answers for a step which would otherwise have to wait for the device. */
export const reuse =
  (present: Deps) =>
  async (input: StepInput): Promise<StepResult | null> => {
    const deps = depsOfRun(present, input);
    const parsed = stepOptions[input.uses].safeParse(input.with);
    if (!parsed.success) return null;
    const { key } = await stepKey(deps, input.uses, parsed.data as never, input);
    const hit = key === undefined ? undefined : await findReusable(deps, input, key);
    if (hit) await noteReused(deps, input, hit);
    return hit ?? null;
  };
