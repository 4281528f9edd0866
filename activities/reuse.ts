import type { Handle } from '../core/handles.ts';
import { ollamaName } from '../core/handles.ts';
import { looksLikeHandle } from '../core/json.ts';
import { stepOptions } from '../core/steps.ts';
import { resolveModel } from '../services/ollama.ts';
import { readStepRecord } from '../services/step-records.ts';
import type { StepInput, StepResult } from './contract.ts';
import type { Deps } from './deps.ts';
import { depsOfRun } from './environment.ts';
import { stepKey } from './key.ts';

/** The result under a key, if all it made is still there: artifacts by manifest, sizes and times, models by asking Ollama. */
export async function findReusable(
  deps: Deps,
  input: { runId: string; step?: string },
  key: string,
): Promise<StepResult | undefined> {
  const record = await readStepRecord(deps.store.root, key);
  if (!record) return undefined;
  for (const output of Object.values(record.outputs)) {
    if (looksLikeHandle(output) && !(await isThere(deps, output))) return undefined;
  }
  const result = { outputs: record.outputs, summary: record.summary, key };
  // The same run finds its own result when an attempt ended well but could not say so.
  const isOwn = record.runId === input.runId && (input.step === undefined || record.step === input.step);
  return isOwn ? result : { ...result, reusedFrom: record.runId };
}

async function isThere(deps: Deps, handle: Handle): Promise<boolean> {
  if (handle.kind !== 'ollama') return await deps.store.isSound(handle);
  return (await resolveModel(deps, ollamaName(handle))) === handle.digest;
}

/** The activity that answers for a step which would otherwise have to wait for the device. */
export const reuse =
  (present: Deps) =>
  async (input: StepInput): Promise<StepResult | null> => {
    const deps = depsOfRun(present, input);
    const parsed = stepOptions[input.uses].safeParse(input.with);
    if (!parsed.success) return null;
    const { key } = await stepKey(deps, input.uses, parsed.data as never, input);
    return key === undefined ? null : ((await findReusable(deps, input, key)) ?? null);
  };
