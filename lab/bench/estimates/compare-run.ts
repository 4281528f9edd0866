import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { forecast, type StepForecast } from '../../../core/estimates/forecast.ts';
import { looksLikeHandle } from '../../../core/json.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { earlierSteps } from '../../../services/estimates/earlier-steps.ts';
import { inspectPlan } from '../../../services/inspection/inspect-plan.ts';
import type { Home } from '../../../services/machine/home.ts';
import { readStepOutcomes, type StepOutcome } from '../../../services/runs/step-outcome.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import { readJsonFile } from '../../../services/store/json-file.ts';

/** What a step took; bytes and seconds. */
export interface Truth {
  seconds: number;
  disk: number;
  memory?: number;
}

export interface ComparedRun {
  pipeline: string;
  steps: { id: string; uses: string; estimate: StepForecast; truth: Truth }[];
}

/** The newest run of each pipeline that has ended. */
export async function newestRuns(runs: string): Promise<string[]> {
  const newest = new Map<string, string>();
  for (const run of (await readdir(runs)).sort()) {
    const plan = await readJsonFile<Plan>(join(runs, run, 'plan.json'));
    const end = await readJsonFile<{ status: string }>(join(runs, run, 'run.json'));
    if (plan && end?.status === 'succeeded') newest.set(plan.pipeline, run);
  }
  return [...newest.values()];
}

/** Estimates the steps of a run by the formulas alone, as in an empty home, and reads what they took. */
export async function compareRun(home: Home, run: string): Promise<ComparedRun> {
  const folder = join(home.runs, run);
  const plan = (await readJsonFile<Plan>(join(folder, 'plan.json')))!;
  const outcomes = await readStepOutcomes(folder);
  const store = new ArtifactStore(home.store);
  const known = await inspectPlan(withMadeBases(plan, outcomes, store));
  const estimates = new Map(forecast(known).map((each) => [each.id, each]));
  const taken = await earlierSteps(home, plan.pipeline, [...estimates.keys()]);
  const steps = await Promise.all(
    known.steps.map(async ({ id, uses }) => {
      const before = taken.get(id);
      const outcome = outcomes[id];
      if (!before || !outcome) return [];
      const disk = await bytesOf(store, outcome);
      const memory = before.memory === undefined ? {} : { memory: before.memory };
      return [{ id, uses, estimate: estimates.get(id)!, truth: { seconds: before.seconds, disk, ...memory } }];
    }),
  );
  return { pipeline: plan.pipeline, steps: steps.flat() };
}

/** The plan with the folder of a base model that the run itself has made in place of the step that made it. */
function withMadeBases(plan: Plan, outcomes: Readonly<Record<string, StepOutcome>>, store: ArtifactStore): Plan {
  const text = Object.entries(outcomes).reduce((changed, [id, { outputs }]) => {
    const { model } = outputs;
    if (!looksLikeHandle(model) || model.kind !== 'model') return changed;
    return changed.replaceAll(
      `"base":"\${{ steps.${id}.outputs.model }}"`,
      `"base":"${join(store.folder(model), 'files')}"`,
    );
  }, JSON.stringify(plan));
  return JSON.parse(text) as Plan;
}

async function bytesOf(store: ArtifactStore, { outputs, artifacts }: StepOutcome): Promise<number> {
  const handles = Object.values(outputs).filter(looksLikeHandle);
  const others = artifacts.filter((digest) => !handles.some((handle) => handle.digest === digest));
  const manifests = await Promise.all(others.map((digest) => store.manifestOf({ digest })));
  return [...handles, ...manifests].reduce((sum, each) => sum + (each?.size ?? 0), 0);
}
