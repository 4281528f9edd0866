import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { looksLikeHandle } from '../../core/json.ts';
import type { StepKind } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import { writeDurably } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';

/** The result of one step of one run. Lies in the run's folder, so that a run's references can be read without Temporal. */
export interface StepOutcome {
  uses: StepKind;
  outputs: Outputs;
  summary: string;
  /** Digests of all artifacts it published, outputs or not. */
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

/** Outcomes of all succeeded steps of a run, by step id. */
export async function readStepOutcomes(runFolder: string): Promise<Record<string, StepOutcome>> {
  const steps = await readdir(join(runFolder, 'steps')).catch(() => [] as string[]);
  const outcomes = await Promise.all(
    steps.map(
      async (id) => [id, await readJsonFile<StepOutcome>(join(runFolder, 'steps', id, 'result.json'))] as const,
    ),
  );
  return Object.fromEntries(outcomes.flatMap(([id, outcome]) => (outcome ? [[id, outcome]] : [])));
}

/** Digests of the artifacts that a result refers to in the store. A model in Ollama is not in the store. */
export function digestsOf(result: { outputs?: Outputs; artifacts?: readonly string[] }): string[] {
  const outputs = Object.values(result.outputs ?? {}).flatMap((value) =>
    looksLikeHandle(value) && value.kind !== 'ollama' ? [value.digest] : [],
  );
  return [...new Set([...outputs, ...(result.artifacts ?? [])])];
}
