import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { looksLikeHandle } from '../../core/json.ts';
import type { StepKind } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { readSmall } from '../store/artifacts.ts';
import { writeDurably } from '../store/durable-files.ts';

/** What one step of one run ended with: kept in the run's folder, so that what a run refers to needs no Temporal to be told. */
export interface StepOutcome {
  uses: StepKind;
  outputs: Outputs;
  summary: string;
  /** Digests of all artifacts it published, also of those that are no output. */
  artifacts: readonly string[];
  key: string;
  /** The run whose result was reused. */
  reusedFrom?: string;
  /** Why it ran, or why it was not needed. */
  because?: Reason;
  finishedAt: string;
}

/** `folder`: the step's folder in the run's. */
export async function writeStepOutcome(folder: string, outcome: StepOutcome): Promise<void> {
  await writeDurably(join(folder, 'result.json'), `${JSON.stringify(outcome, null, 1)}\n`);
}

/** Of all steps of a run that have ended well, by their ids. */
export async function readStepOutcomes(runFolder: string): Promise<Record<string, StepOutcome>> {
  const steps = await readdir(join(runFolder, 'steps')).catch(() => [] as string[]);
  const outcomes = await Promise.all(
    steps.map(async (id) => [id, await readSmall<StepOutcome>(join(runFolder, 'steps', id, 'result.json'))] as const),
  );
  return Object.fromEntries(outcomes.flatMap(([id, outcome]) => (outcome ? [[id, outcome]] : [])));
}

/** Digests of what a result refers to in the store; a model in Ollama lies elsewhere. */
export function digestsOf(result: { outputs?: Outputs; artifacts?: readonly string[] }): string[] {
  const outputs = Object.values(result.outputs ?? {}).flatMap((value) =>
    looksLikeHandle(value) && value.kind !== 'ollama' ? [value.digest] : [],
  );
  return [...new Set([...outputs, ...(result.artifacts ?? [])])];
}
